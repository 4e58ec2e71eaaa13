using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 of all groups of one layer: the closed form for a full R_S, and an <see cref="InputRankTrace"/> for every other one.</summary>
internal sealed class TuckerLayerSolver(LayerNumbers numbers, TuckerVariant variant) : ILayerSolver
{
    private readonly Dictionary<int, IReadOnlyList<TracedPoint>> _traces = [];

    private TuckerForm Form => (TuckerForm)numbers.Layer.Form;

    public SolvedLayer Solve(RankPair ranks)
    {
        var settings = TuckerEffort.Final(Form.Shape, ranks, variant) with { Jitter = numbers.Jitter, Cancellation = numbers.Cancellation };
        // From the same start whoever chose the ranks, so that a lock file leads to the same bytes as the search before it. The published variant has its own.
        var start = variant == TuckerVariant.Published ? null : Start(ranks);
        var solutions = numbers.Problems.Select((problem, group) => new TuckerSolver(problem, settings).Solve(ranks.Output, ranks.Input, start?[group])).ToList();
        return new SolvedLayer(Replacement(ranks, [.. solutions.Select(solution => solution.Factors)]), Math.Sqrt(solutions.Sum(solution => solution.SquaredError) / numbers.Energy), numbers.Note);
    }

    public LayerReplacement Reconstructed(RankPair ranks) => Replacement(ranks,
    [
        .. numbers.Problems.Select((problem, group) => Start(ranks) is { } start
            ? new JointStep(problem, start[group], numbers.Jitter).Factors(ranks.Output)
            : TuckerFactors.Truncated(problem, new OutputTruncation(problem), ranks.Output)),
    ]);

    public IEnumerable<CurvePoint> Curve(int multiple)
    {
        var points = new List<CurvePoint>();
        var truncations = numbers.Problems.Select(problem => new OutputTruncation(problem)).ToList();
        for (var outputRank = 1; outputRank <= Form.FullOutput; outputRank++)
        {
            var ranks = new RankPair(outputRank, Form.Shape.Inputs);
            if (numbers.Layer.IsWorthwhile(ranks))
            {
                points.Add(new CurvePoint(ranks, truncations.Sum(truncation => truncation.Error(outputRank)) / numbers.Energy));
            }
        }

        foreach (var inputRank in TuckerEffort.Curve(Form, multiple).InputRanks)
        {
            numbers.Cancellation.ThrowIfCancellationRequested();
            points.AddRange(Trace(inputRank).Select(point => new CurvePoint(point.Ranks, point.SquaredError)));
        }

        return points;
    }

    private IReadOnlyList<TracedPoint> Trace(int inputRank)
    {
        if (!_traces.TryGetValue(inputRank, out var points))
        {
            _traces[inputRank] = points = InputRankTrace.Of(numbers, inputRank);
        }

        return points;
    }

    /// <summary>The U_S of the curve at these ranks, on its grid or not; null where the closed form needs none.</summary>
    private IReadOnlyList<Matrix>? Start(RankPair ranks) =>
        ranks.Input == Form.Shape.Inputs ? null : Trace(ranks.Input).FirstOrDefault(point => point.Ranks == ranks)?.Start;

    private LayerReplacement Replacement(RankPair ranks, IReadOnlyList<TuckerFactors> factors) =>
        numbers.Replacement(Form.Tensors(numbers.Algebra, ranks, factors), group => factors[group].Reconstruct(numbers.Algebra));
}
