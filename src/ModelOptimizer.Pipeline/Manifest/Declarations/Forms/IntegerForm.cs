using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A whole number.</summary>
internal sealed record IntegerForm(int Minimum, int Maximum = int.MaxValue) : ValueForm
{
    private double Least => Minimum == int.MinValue ? double.NegativeInfinity : Minimum;

    private double Most => Maximum == int.MaxValue ? double.PositiveInfinity : Maximum;

    public override string Text => "whole number" + NumberRange.Of(Least, Most);

    public override JsonObject Schema() => NumberRange.Limit(new JsonObject { ["type"] = "integer" }, Least, Most);
}
