using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A text that a regular expression describes.</summary>
internal sealed record PatternForm(string Pattern, string Hint) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = Pattern };
}
