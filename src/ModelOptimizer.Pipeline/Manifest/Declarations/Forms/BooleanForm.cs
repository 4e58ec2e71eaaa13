using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>True or false.</summary>
internal sealed record BooleanForm : ValueForm
{
    public override string Text => "true | false";

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}
