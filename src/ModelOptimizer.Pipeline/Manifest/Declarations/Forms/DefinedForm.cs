using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping that depends on what else is known, and is a definition of its own in the schema.</summary>
internal sealed record DefinedForm(string Definition, string Hint) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => new() { ["$ref"] = $"#/definitions/{Definition}" };
}
