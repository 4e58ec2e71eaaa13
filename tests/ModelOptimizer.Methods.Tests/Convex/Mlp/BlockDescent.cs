using MathNet.Numerics.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>
/// Block coordinate descent for the group lasso, one output at a time: every group is minimised exactly over an eigendecomposition of its Gram matrix and the
/// root of one equation. No step, no gradient step, nothing in common with the product but the objective.
/// </summary>
internal static class BlockDescent
{
    private const int Sweeps = 20_000;

    /// <summary>U with u_{i,k} in row k·p + i, at the minimum of (1/2n)‖Σ_i A_iU_i − Y‖² + λΣ‖u_{i,k}‖.</summary>
    public static double[][] Solve(IReadOnlyList<Matrix<double>> features, Matrix<double> targets, double lambda) =>
        [.. Enumerable.Range(0, targets.ColumnCount).SelectMany(k => SolveOutput(features, targets.Column(k), lambda))];

    private static IEnumerable<double[]> SolveOutput(IReadOnlyList<Matrix<double>> features, Vector<double> target, double lambda)
    {
        double samples = target.Count;
        var eigen = features.Select(feature => (feature.TransposeThisAndMultiply(feature) / samples).Evd(Symmetricity.Symmetric)).ToList();
        var groups = features.Select(feature => Vector<double>.Build.Dense(feature.ColumnCount)).ToList();
        var residual = target.Clone();
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var change = 0.0;
            for (var i = 0; i < groups.Count; i++)
            {
                var without = residual + (features[i] * groups[i]);
                var next = Minimiser(
                    eigen[i].EigenVectors,
                    [.. eigen[i].EigenValues.Select(value => Math.Max(value.Real, 0))],
                    features[i].TransposeThisAndMultiply(without) / samples,
                    lambda
                );
                change = Math.Max(change, (next - groups[i]).L2Norm());
                (groups[i], residual) = (next, without - (features[i] * next));
            }

            if (change <= 1e-13 * groups.Max(group => group.L2Norm()))
            {
                break;
            }
        }

        return groups.Select(group => group.ToArray());
    }

    // argmin ½uᵀGu − cᵀu + λ‖u‖: zero for ‖c‖ ≤ λ, else u = (G + λ/ν)⁻¹c with the ν = ‖u‖ at which Σ_j (c_j/(e_jν + λ))² = 1.
    private static Vector<double> Minimiser(Matrix<double> vectors, double[] values, Vector<double> slope, double lambda)
    {
        if (slope.L2Norm() <= lambda)
        {
            return Vector<double>.Build.Dense(slope.Count);
        }

        var c = vectors.TransposeThisAndMultiply(slope);
        double Excess(double norm) => c.Select((value, j) => Math.Pow(value / ((values[j] * norm) + lambda), 2)).Sum() - 1;
        var (low, high) = (0.0, 1.0);
        while (Excess(high) > 0)
        {
            (low, high) = (high, 2 * high);
        }

        while ((low + high) / 2 is var middle && middle > low && middle < high)
        {
            (low, high) = Excess(middle) > 0 ? (middle, high) : (low, middle);
        }

        return vectors * Vector<double>.Build.Dense(c.Count, j => c[j] / (values[j] + (lambda / high)));
    }
}
