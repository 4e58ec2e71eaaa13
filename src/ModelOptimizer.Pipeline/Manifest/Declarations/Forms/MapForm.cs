using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping whose keys are the user's own names.</summary>
internal sealed record MapForm(ValueForm Value, string Hint, int Least = 1) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = Value.Schema(), ["minProperties"] = Least };
}
