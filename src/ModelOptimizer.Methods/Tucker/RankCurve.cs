using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>e²(R_T, R_S) of one layer: the closed form for a full R_S, and an <see cref="InputRankTrace"/> for every other one of a grid.</summary>
internal static class RankCurve
{
    public static IReadOnlyList<CurvePoint> Of(TuckerWork work, TuckerLayer layer)
    {
        var multiple = work.Context.RankMultiple;
        var numbers = work.Context.Numbers(
            FormattableString.Invariant($"tucker curve of {layer.Name}: {work.Options.Measurement}, multiple {multiple}"),
            () => [.. Trace(work.SolverOf(layer), multiple, work.Context.Cancellation).SelectMany(point => new[] { point.Ranks.Output, point.Ranks.Input, point.SquaredError })]);
        return [.. numbers.Chunk(3).Select(point => new CurvePoint(new RankPair((int)point[0], (int)point[1]), point[2]))];
    }

    private static IEnumerable<CurvePoint> Trace(LayerSolver solver, int multiple, CancellationToken cancellation)
    {
        var shape = solver.Layer.Shape;
        var points = new List<CurvePoint>();
        var truncations = solver.Problems.Select(problem => new OutputTruncation(problem)).ToList();
        for (var outputRank = 1; outputRank <= shape.FullOutput; outputRank++)
        {
            var ranks = new RankPair(outputRank, shape.Inputs);
            if (solver.Layer.IsWorthwhile(ranks))
            {
                points.Add(new CurvePoint(ranks, truncations.Sum(truncation => truncation.Error(outputRank)) / solver.Energy));
            }
        }

        foreach (var inputRank in shape.IsMatrix ? [] : Effort.Curve(shape, multiple).InputRanks)
        {
            cancellation.ThrowIfCancellationRequested();
            points.AddRange(solver.Trace(inputRank).Select(point => new CurvePoint(point.Ranks, point.SquaredError)));
        }

        return points.Where(point => shape.IsLiked(point.Ranks, multiple));
    }
}
