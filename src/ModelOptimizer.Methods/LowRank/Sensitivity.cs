namespace ModelOptimizer.Methods.LowRank;

/// <summary>A layer's least relative error over the share of its weights that is left: a line of the report's sensitivity plot.</summary>
internal static class Sensitivity
{
    // What a plot can show.
    private const int MostPoints = 40;

    public static Series Of(FactorLayer layer, IReadOnlyList<CurvePoint> curve)
    {
        var front = new List<SeriesPoint>();
        var total = (double)layer.Shape.Parameters;
        foreach (var point in curve.OrderBy(point => layer.Parameters(point.Ranks)).ThenBy(point => point.SquaredError))
        {
            var error = Math.Sqrt(Math.Max(0, point.SquaredError));
            if (double.IsFinite(error) && (front.Count == 0 || error < front[^1].Y))
            {
                front.Add(new SeriesPoint(layer.Parameters(point.Ranks) / total, error));
            }
        }

        var step = Math.Max(1, (front.Count + MostPoints - 1) / MostPoints);
        return new Series("sensitivity", layer.Name, "share of the layer's weights", "relative Σ-error", [.. front.Where((_, index) => index % step == 0 || index == front.Count - 1)]);
    }
}
