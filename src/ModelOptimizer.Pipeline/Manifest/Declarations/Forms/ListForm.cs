using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A list of at least <paramref name="Least"/> values of one form.</summary>
internal sealed record ListForm(ValueForm Item, string Hint, int Least = 1) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = Item.Schema(), ["minItems"] = Least };
}
