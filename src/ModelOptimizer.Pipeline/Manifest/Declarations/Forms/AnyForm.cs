using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>One of several forms.</summary>
internal sealed record AnyForm(string Hint, params ValueForm[] Forms) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray([.. Forms.Select(form => form.Schema())]) };
}
