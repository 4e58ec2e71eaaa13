using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>
/// e²(R_T, R_S) of one layer. For a given U_S one joint step gives every R_T at once, so a grid is needed for R_S only; U_S is improved for a few R_T of
/// each R_S, and every other R_T takes the best of these.
/// </summary>
internal static class RankCurve
{
    public static IReadOnlyList<CurvePoint> Of(TuckerWork work, TuckerLayer layer) => Of(work.SolverOf(layer), work.Options.Jitter, work.Context.RankMultiple, work.Context.Cancellation);

    /// <summary>The U_S that the curve has at <paramref name="ranks"/>, on its grid or not; null where the closed form needs none.</summary>
    public static IReadOnlyList<Matrix>? Start(LayerSolver solver, RankPair ranks, Jitter jitter, CancellationToken cancellation)
    {
        var shape = solver.Layer.Shape;
        if (shape.IsMatrix || ranks.Input == shape.Inputs)
        {
            return null;
        }

        var points = new List<CurvePoint>();
        AddInputRank(points, solver, ranks.Input, Effort.Curve(shape), jitter, cancellation);
        return points.Where(point => point.Ranks == ranks).MinBy(point => point.SquaredError)?.Start;
    }

    private static List<CurvePoint> Of(LayerSolver solver, Jitter jitter, int multiple, CancellationToken cancellation)
    {
        var shape = solver.Layer.Shape;
        var points = new List<CurvePoint>();
        var truncations = solver.Problems.Select(problem => new OutputTruncation(problem)).ToList();
        AddPoints(points, solver, shape.Inputs, rank => truncations.Sum(truncation => truncation.Error(rank)), null);
        var effort = Effort.Curve(shape, multiple);
        foreach (var inputRank in shape.IsMatrix ? [] : effort.InputRanks)
        {
            cancellation.ThrowIfCancellationRequested();
            AddInputRank(points, solver, inputRank, effort, jitter, cancellation);
        }

        return Best(points.Where(point => shape.IsLiked(point.Ranks, multiple)));
    }

    private static void AddInputRank(List<CurvePoint> points, LayerSolver solver, int inputRank, CurveEffort effort, Jitter jitter, CancellationToken cancellation)
    {
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

            AddPoints(points, solver, inputRank, rank => steps.Sum(step => step.Error(rank)), inputs);
        }
    }

    private static Matrix Improved(TuckerProblem problem, JointStep step, int outputRank) =>
        problem.Algebra.Qr(InputStep.Update(problem, step.Factors(outputRank), InnerAccuracy.Loose).Input).Q;

    private static void AddPoints(List<CurvePoint> points, LayerSolver solver, int inputRank, Func<int, double> error, IReadOnlyList<Matrix>? start)
    {
        var shape = solver.Layer.Shape;
        for (var outputRank = 1; outputRank <= shape.FullOutput; outputRank++)
        {
            var ranks = new RankPair(outputRank, inputRank);
            if (shape.Usable(ranks) == ranks && solver.Layer.Parameters(ranks) < shape.Parameters)
            {
                points.Add(new CurvePoint(ranks, error(outputRank) / solver.Energy, start));
            }
        }
    }

    private static List<CurvePoint> Best(IEnumerable<CurvePoint> points) =>
        [.. points.GroupBy(point => point.Ranks).Select(group => group.MinBy(point => point.SquaredError)!)];
}
