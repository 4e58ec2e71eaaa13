using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A number, or a percentage meaning that fraction.</summary>
internal sealed record NumberForm(double Minimum = double.NegativeInfinity, double Maximum = double.PositiveInfinity) : ValueForm
{
    public override string Text => "number or percentage" + NumberRange.Of(Minimum, Maximum);

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(NumberRange.Limit(new JsonObject { ["type"] = "number" }, Minimum, Maximum), new QuantityValue(QuantityForm.Points).Schema()),
    };
}
