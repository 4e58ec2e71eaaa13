using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>
/// e²(R_T, R_S) of one layer for one R_S. For a given U_S one joint step gives every R_T at once; U_S is improved for a few R_T, and every other R_T takes the best of these.
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
