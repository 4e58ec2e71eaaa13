using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A number that is no percentage.</summary>
internal sealed record PlainNumberForm(double Minimum = double.NegativeInfinity) : ValueForm
{
    public override string Text => "number";

    public override JsonObject Schema() => NumberRange.Limit(new JsonObject { ["type"] = "number" }, Minimum, double.PositiveInfinity);
}
