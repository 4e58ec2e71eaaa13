namespace ModelOptimizer.Methods.LowRank;

/// <summary>What can be done to one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Points">The ranks with which it becomes smaller.</param>
/// <param name="Effect">What its error does to the output.</param>
internal sealed record LayerTradeOff(FactorLayer Layer, IReadOnlyList<CurvePoint> Points, LayerEffect Effect)
{
    /// <summary>The layer as it is.</summary>
    public static Alternative<RankPair?> Untouched { get; } = new(null, 0, 0);

    public IReadOnlyList<Alternative<RankPair?>> Options(Weighting weighting, Func<FactorLayer, RankPair, double> cost) =>
    [
        Untouched,
        .. Points.Select(point => new Alternative<RankPair?>(point.Ranks, cost(Layer, point.Ranks), Penalty(point.SquaredError, weighting))),
    ];

    /// <summary>What an error of the layer counts.</summary>
    public double Penalty(double squaredError, Weighting weighting) => weighting switch
    {
        Weighting.Error => squaredError,
        Weighting.Effect => Effect.At(squaredError),
        _ => Math.Sqrt(squaredError * Effect.At(squaredError)),
    };
}
