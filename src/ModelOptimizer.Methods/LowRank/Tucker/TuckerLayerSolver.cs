using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Tucker-2 of all groups of one layer: the closed form for a full R_S. Every other one starts from the first R_S of the layer's directions, which are ordered
/// once; its curve is that of these starts, and only what is taken is swept.
/// </summary>
internal sealed class TuckerLayerSolver(LayerNumbers numbers, TuckerVariant variant) : ILayerSolver
{
    private IReadOnlyList<Matrix>? _directions;

    private IReadOnlyList<Matrix> Directions =>
        _directions ??= [.. numbers.Problems.Select(problem => StartingFactors.WeightedInput(problem, Form.FullInput))];

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

        var inputRanks = TuckerEffort.InputRanks(Form, multiple);
        if (inputRanks.Count == 0)
        {
            return points;
        }

        var left = inputRanks.Select(_ => new double[Form.FullOutput]).ToList();
        foreach (var (group, problem) in numbers.Problems.Index())
        {
            numbers.Cancellation.ThrowIfCancellationRequested();
            var directions = Directions[group].LeadingColumns(inputRanks[^1]);
            foreach (var (captured, errors) in NestedSteps.Captured(problem, directions, inputRanks, numbers.Jitter).Zip(left))
            {
                var error = problem.Energy;
                for (var i = 0; i < errors.Length; i++)
                {
                    error -= captured[i];
                    errors[i] += Math.Max(0, error);
                }
            }
        }

        foreach (var (inputRank, errors) in inputRanks.Zip(left))
        {
            points.AddRange(errors
                .Select((error, index) => new CurvePoint(new RankPair(index + 1, inputRank), error / numbers.Energy))
                .Where(point => numbers.Layer.IsWorthwhile(point.Ranks)));
        }

        return points;
    }

    /// <summary>The U_S that the curve has at these ranks; null where the closed form needs none.</summary>
    private IReadOnlyList<Matrix>? Start(RankPair ranks) =>
        ranks.Input == Form.Shape.Inputs ? null : [.. Directions.Select(directions => directions.LeadingColumns(ranks.Input))];

    private LayerReplacement Replacement(LayerNumbers under, RankPair ranks, IReadOnlyList<TuckerFactors> factors)
    {
        // A replacement is kept, the moments it was fitted under are not.
        var algebra = under.Algebra;
        return under.Replacement(Form.Tensors(algebra, ranks, factors), group => factors[group].Reconstruct(algebra));
    }
}

/// <summary>
/// e²(R_T, R_S) of one kernel with its directions as they are ordered, for any R_S and every R_T at once. With BᵀΣB = C·Cᵀ and the taps of a direction side by
/// side, what belongs to the first R_S directions is a leading block of C, so the first K·R_S rows of Y = C⁻¹·(P·B)ᵀ are the Nᵀ of <see cref="JointStep"/>:
/// one factor and one solve serve all of them.
/// </summary>
internal static class NestedSteps
{
    /// <summary>The s_i² of N for each R_S, falling, as <see cref="JointStep.Captured"/>.</summary>
    /// <param name="problem">The kernel.</param>
    /// <param name="directions">S×R, orthonormal, the best first.</param>
    /// <param name="inputRanks">R_S, rising, none above R.</param>
    /// <param name="jitter">How the Gram matrix is factored.</param>
    public static IEnumerable<double[]> Captured(KernelProblem problem, Matrix directions, IReadOnlyList<int> inputRanks, Jitter jitter)
    {
        var (algebra, taps) = (problem.Algebra, problem.Taps);
        var factor = Regularized.Cholesky(algebra, TapOrder.BothToChannelMajor(problem.Metric.CoreGram(directions), taps), jitter, inPlace: true);
        var solved = algebra.SolveLower(factor, TapOrder.ColumnsToChannelMajor(problem.ProjectedProduct(directions), taps).Transpose());
        var gram = new Matrix(problem.Outputs, problem.Outputs);
        var known = 0;
        foreach (var rank in inputRanks)
        {
            var added = solved.RowBlock(known * taps, (rank - known) * taps);
            TensorPrimitives.Add(gram.Values, algebra.Multiply(added, added, transposeA: true).Values, gram.Values);
            known = rank;
            yield return Array.ConvertAll(algebra.SymmetricEigenvalues(Symmetric.Mean(gram.Clone())), value => Math.Max(0, value));
        }
    }
}
