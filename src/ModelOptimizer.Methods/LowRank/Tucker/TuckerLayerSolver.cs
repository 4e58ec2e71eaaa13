namespace ModelOptimizer.Methods.LowRank;

/// <summary>Tucker-2 of all groups of one layer: the closed form for a full R_S, and an <see cref="InputRankTrace"/> for every other one.</summary>
internal sealed class TuckerLayerSolver(LayerNumbers numbers, TuckerVariant variant) : ILayerSolver
{
    private readonly Dictionary<int, IReadOnlyList<TracedPoint>> _traces = [];

    private TuckerForm Form => (TuckerForm)numbers.Layer.Form;

    public SolvedLayer Solve(RankPair ranks, LayerNumbers? now = null)
    {
        var settings = TuckerEffort.Final(Form.Shape, ranks, variant) with { Jitter = numbers.Jitter, Cancellation = numbers.Cancellation };
        // From the same start whoever chose the ranks, so that a lock file leads to the same bytes as the search before it. The published variant has its own.
        var start = variant == TuckerVariant.Published ? null : Start(ranks);
        var under = now ?? numbers;
        var solutions = under
            .Problems.Select((problem, group) => new TuckerSolver(problem, settings).Solve(ranks.Output, ranks.Input, start?[group]))
            .ToList();
        return under.Solved(solutions, factors => Replacement(under, ranks, factors));
    }

    public LayerReplacement Reconstructed(RankPair ranks) => Replacement(numbers, ranks,
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

    private LayerReplacement Replacement(LayerNumbers under, RankPair ranks, IReadOnlyList<TuckerFactors> factors)
    {
        // A replacement is kept, the moments it was fitted under are not.
        var algebra = under.Algebra;
        return under.Replacement(Form.Tensors(algebra, ranks, factors), group => factors[group].Reconstruct(algebra));
    }
}

/// <summary>
/// e²(R_T, R_S) of one layer for one R_S. For a given U_S one joint step gives every R_T at once; U_S is improved for a few R_T, and every other R_T takes the
/// best of these.
/// </summary>
internal static class InputRankTrace
{
    /// <summary>The best point for every R_T. Depends on nothing but the layer, its moments and R_S.</summary>
    public static IReadOnlyList<TracedPoint> Of(LayerNumbers numbers, int inputRank)
    {
        var form = (TuckerForm)numbers.Layer.Form;
        var effort = TuckerEffort.Curve(form);
        var points = new Dictionary<int, TracedPoint>();
        IReadOnlyList<Matrix> inputs = [.. numbers.Problems.Select(problem => StartingFactors.WeightedInput(problem, inputRank))];
        foreach (var outputRank in effort.Anchors(form, inputRank))
        {
            var steps = inputs.Select((input, group) => new JointStep(numbers.Problems[group], input, numbers.Jitter)).ToList();
            for (var sweep = 0; sweep < effort.Sweeps; sweep++)
            {
                numbers.Cancellation.ThrowIfCancellationRequested();
                inputs = [.. steps.Select((step, group) => Improved(numbers.Problems[group], step, outputRank))];
                steps = [.. inputs.Select((input, group) => new JointStep(numbers.Problems[group], input, numbers.Jitter))];
            }

            Add(points, numbers, inputRank, steps, inputs);
        }

        return [.. points.Values];
    }

    private static Matrix Improved(KernelProblem problem, JointStep step, int outputRank) =>
        problem.Algebra.Qr(InputStep.Update(problem, step.Factors(outputRank), InnerAccuracy.Loose).Input).Q;

    private static void Add(Dictionary<int, TracedPoint> points, LayerNumbers numbers, int inputRank, List<JointStep> steps, IReadOnlyList<Matrix> start)
    {
        for (var outputRank = 1; outputRank <= ((TuckerForm)numbers.Layer.Form).FullOutput; outputRank++)
        {
            var ranks = new RankPair(outputRank, inputRank);
            if (!numbers.Layer.IsWorthwhile(ranks))
            {
                continue;
            }

            var squared = steps.Sum(step => step.Error(outputRank)) / numbers.Energy;
            if (!points.TryGetValue(outputRank, out var known) || squared < known.SquaredError)
            {
                points[outputRank] = new TracedPoint(ranks, squared, start);
            }
        }
    }
}

/// <summary>A point of a layer's curve while it is traced.</summary>
/// <param name="Ranks">The ranks per group.</param>
/// <param name="SquaredError">e² relative to the layer's energy.</param>
/// <param name="Start">The U_S of every group that reached it.</param>
internal sealed record TracedPoint(RankPair Ranks, double SquaredError, IReadOnlyList<Matrix> Start);
