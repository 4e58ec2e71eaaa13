namespace ModelOptimizer.Methods.LowRank;

/// <summary>e² of one layer over its ranks, kept from one run to the next.</summary>
internal static class RankCurve
{
    public static IReadOnlyList<CurvePoint> Of(LowRankWork work, FactorLayer layer)
    {
        var multiple = work.Context.RankMultiple;
        var numbers = work.Context.Numbers(
            FormattableString.Invariant($"{work.Factorization.Name} curve of {layer.Name}: {work.Options.Measurement}, multiple {multiple}"),
            () => [.. work.SolverOf(layer).Curve(multiple).Where(point => layer.Form.IsLiked(point.Ranks, multiple)).SelectMany(point => new[] { point.Ranks.Output, point.Ranks.Input, point.SquaredError })]);
        return [.. numbers.Chunk(3).Select(point => new CurvePoint(new RankPair((int)point[0], (int)point[1]), point[2]))];
    }
}
