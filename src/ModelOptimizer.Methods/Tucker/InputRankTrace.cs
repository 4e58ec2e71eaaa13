using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>
/// e²(R_T, R_S) of one layer for one R_S. For a given U_S one joint step gives every R_T at once; U_S is improved for a few R_T, and every other R_T takes the best of these.
/// </summary>
internal static class InputRankTrace
{
    /// <summary>The best point for every R_T. Depends on nothing but the layer, its moments and R_S.</summary>
    public static IReadOnlyList<TracedPoint> Of(LayerSolver solver, int inputRank, Jitter jitter, CancellationToken cancellation)
    {
        var effort = Effort.Curve(solver.Layer.Shape);
        var points = new Dictionary<int, TracedPoint>();
        IReadOnlyList<Matrix> inputs = [.. solver.Problems.Select(problem => StartingFactors.WeightedInput(problem, inputRank))];
        foreach (var outputRank in effort.Anchors(solver.Layer.Shape, inputRank))
        {
            var steps = inputs.Select((input, group) => new JointStep(solver.Problems[group], input, jitter)).ToList();
            for (var sweep = 0; sweep < effort.Sweeps; sweep++)
            {
                cancellation.ThrowIfCancellationRequested();
                inputs = [.. steps.Select((step, group) => Improved(solver.Problems[group], step, outputRank))];
                steps = [.. inputs.Select((input, group) => new JointStep(solver.Problems[group], input, jitter))];
            }

            Add(points, solver, inputRank, steps, inputs);
        }

        return [.. points.Values];
    }

    private static Matrix Improved(TuckerProblem problem, JointStep step, int outputRank) =>
        problem.Algebra.Qr(InputStep.Update(problem, step.Factors(outputRank), InnerAccuracy.Loose).Input).Q;

    private static void Add(Dictionary<int, TracedPoint> points, LayerSolver solver, int inputRank, List<JointStep> steps, IReadOnlyList<Matrix> start)
    {
        for (var outputRank = 1; outputRank <= solver.Layer.Shape.FullOutput; outputRank++)
        {
            var ranks = new RankPair(outputRank, inputRank);
            if (!solver.Layer.IsWorthwhile(ranks))
            {
                continue;
            }

            var squared = steps.Sum(step => step.Error(outputRank)) / solver.Energy;
            if (!points.TryGetValue(outputRank, out var known) || squared < known.SquaredError)
            {
                points[outputRank] = new TracedPoint(ranks, squared, start);
            }
        }
    }
}
