namespace ModelOptimizer.Methods.LowRank;

/// <summary>What can be done to one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Points">The ranks of its curve with which it becomes smaller.</param>
/// <param name="Between">Those that the curve has no points of, with errors that it suggests.</param>
/// <param name="Effect">What its error does to the output.</param>
internal sealed record LayerTradeOff(FactorLayer Layer, IReadOnlyList<CurvePoint> Points, IReadOnlyList<CurvePoint> Between, LayerEffect Effect)
{
    /// <summary>The layer as it is.</summary>
    public static Alternative<RankPair?> Untouched { get; } = new(null, 0, 0);

    /// <summary>What can be done, with <paramref name="isFiner"/> between the points of the curve, too.</summary>
    public IReadOnlyList<Alternative<RankPair?>> Options(Weighting weighting, Func<FactorLayer, RankPair, double> cost, bool isFiner = false) =>
    [
        Untouched,
        .. (isFiner ? Points.Concat(Between) : Points)
            .Select(point => new Alternative<RankPair?>(point.Ranks, cost(Layer, point.Ranks), Penalty(point.SquaredError, weighting))),
    ];

    /// <summary>What an error of the layer counts.</summary>
    public double Penalty(double squaredError, Weighting weighting) => weighting switch
    {
        Weighting.Error => squaredError,
        Weighting.Effect => Effect.At(squaredError),
        _ => Math.Sqrt(squaredError * Effect.At(squaredError)),
    };
}

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
        return new Series(
            "sensitivity",
            layer.Name,
            "share of the layer's weights",
            "relative Σ-error",
            [.. front.Where((_, index) => index % step == 0 || index == front.Count - 1)]
        );
    }
}
