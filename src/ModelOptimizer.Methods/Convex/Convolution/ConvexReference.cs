using System.Numerics.Tensors;
using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Convex.Convolution;

/// <summary>
/// The convex problem behind a gated block: any outputs×D matrix U_j for each gate in place of a_j w_jᵀ, which is linear least squares. Its optimum is below the loss of
/// every block with these gates.
/// </summary>
/// <param name="Loss">Σ‖Σ_j U_j (M_nj p_n) + b − y_n‖² at the optimum.</param>
/// <param name="Filters">w_j of the best a_j w_jᵀ to each U_j, m×D: where to start from.</param>
internal sealed record ConvexReference(double Loss, Matrix Filters)
{
    // Directions that the jitter took part of get it back, in shares that fall by orders of magnitude.
    private const int Refinements = 3;

    /// <param name="algebra">Linear algebra.</param>
    /// <param name="gram">Φ = Σ φ_n φ_nᵀ, the bias' feature last.</param>
    /// <param name="right">Σ φ_n y_nᵀ.</param>
    /// <param name="targetSquares">Σ‖y_n‖².</param>
    /// <param name="gates">m.</param>
    public static ConvexReference Solve(ILinearAlgebra algebra, Matrix gram, Matrix right, double targetSquares, int gates)
    {
        var factor = Regularized.Cholesky(algebra, gram, Jitter.Relative);
        var solution = algebra.CholeskySolve(factor, right);
        for (var round = 0; round < Refinements; round++)
        {
            var residual = algebra.Multiply(gram, solution);
            TensorPrimitives.Subtract(right.Values, residual.Values, residual.Values);
            TensorPrimitives.Add(solution.Values, algebra.CholeskySolve(factor, residual).Values, solution.Values);
        }

        var image = algebra.Multiply(gram, solution);
        var loss = targetSquares - (2 * TensorPrimitives.Dot<double>(solution.Values, right.Values)) + TensorPrimitives.Dot<double>(solution.Values, image.Values);
        return new ConvexReference(Math.Max(0, loss), Leading(algebra, solution, gates));
    }

    private static Matrix Leading(ILinearAlgebra algebra, Matrix solution, int gates)
    {
        var taps = solution.Rows / gates;
        var filters = new Matrix(gates, taps);
        for (var j = 0; j < gates; j++)
        {
            var own = new Matrix(taps, solution.Columns, solution.Values.AsSpan(j * taps * solution.Columns, taps * solution.Columns).ToArray());
            var (left, singular, _) = algebra.Svd(own);
            for (var t = 0; t < taps; t++)
            {
                filters[j, t] = left[t, 0] * singular[0];
            }
        }

        return filters;
    }
}
