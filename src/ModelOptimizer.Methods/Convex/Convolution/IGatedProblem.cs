using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// The least-squares problem of a gated block whose gates are fixed, ½‖S − Y‖² over all windows of all samples, in the inner products that a solver needs.
/// p_n is a window, M_n its open gates, y_n its target.
/// </summary>
internal interface IGatedProblem
{
    /// <summary>Σ‖y_n‖².</summary>
    double TargetSquares { get; }

    /// <summary>How often two gates are open together, Σ M_n M_nᵀ, m×m.</summary>
    Matrix OpenTogether { get; }

    /// <summary>The normal equations of Conv³ and the bias for given <paramref name="filters"/>, m×D.</summary>
    MixerSystem Mixer(Matrix filters);

    /// <summary>Σ (M_n ⊙ Conv³ᵀ(y_n − b)) p_nᵀ, m×D: the right-hand side of Conv²'s normal equations.</summary>
    Matrix Right(Matrix mixer, double[] bias);

    /// <summary>Σ (M_n ⊙ Conv³ᵀConv³(M_n ⊙ V p_n)) p_nᵀ, m×D: Conv²'s normal operator on <paramref name="filters"/> V.</summary>
    Matrix Product(Matrix filters, Matrix mixer);
}

/// <summary>The normal equations of Conv³ and its bias: G·[Conv³ b]ᵀ = R with h_n = (M_n ⊙ Conv² p_n, 1).</summary>
/// <param name="Gram">G = Σ h_n h_nᵀ, (m+1)×(m+1).</param>
/// <param name="Right">R = Σ h_n y_nᵀ, (m+1)×outputs.</param>
/// <param name="TargetSquares">Σ‖y_n‖².</param>
internal sealed record MixerSystem(Matrix Gram, Matrix Right, double TargetSquares)
{
    /// <summary>Σ‖S(p_n) − y_n‖².</summary>
    public double Loss(Matrix mixer, double[] bias)
    {
        var solution = Stack(mixer, bias);
        var image = new Matrix(Gram.Rows, solution.Columns);
        for (var i = 0; i < Gram.Rows; i++)
        {
            for (var j = 0; j < Gram.Rows; j++)
            {
                TensorPrimitives.MultiplyAdd(solution.Row(j), Gram[i, j], image.Row(i), image.Row(i));
            }
        }

        return Math.Max(
            0,
            TargetSquares - (2 * TensorPrimitives.Dot<double>(solution.Values, Right.Values)) + TensorPrimitives.Dot<double>(solution.Values, image.Values)
        );
    }

    /// <summary>The Conv³ and the bias with the least loss. A gate that never opens gets no weight.</summary>
    public (Matrix Mixer, double[] Bias) Solve(ILinearAlgebra algebra)
    {
        int[] live = [.. Enumerable.Range(0, Gram.Rows).Where(i => Gram[i, i] > 0)];
        var (gram, right) = (new Matrix(live.Length, live.Length), new Matrix(live.Length, Right.Columns));
        // Rows of unit length: filters of any scale are one problem.
        double[] scale = [.. live.Select(i => 1 / Math.Sqrt(Gram[i, i]))];
        for (var i = 0; i < live.Length; i++)
        {
            TensorPrimitives.Multiply(Right.Row(live[i]), scale[i], right.Row(i));
            for (var j = 0; j < live.Length; j++)
            {
                gram[i, j] = Gram[live[i], live[j]] * scale[i] * scale[j];
            }
        }

        var solution = algebra.CholeskySolve(Regularized.Cholesky(algebra, gram, Jitter.Relative), right);
        var (mixer, bias) = (new Matrix(Right.Columns, Gram.Rows - 1), new double[Right.Columns]);
        for (var i = 0; i < live.Length; i++)
        {
            for (var k = 0; k < Right.Columns; k++)
            {
                var value = solution[i, k] * scale[i];
                if (live[i] == Gram.Rows - 1)
                {
                    bias[k] = value;
                }
                else
                {
                    mixer[k, live[i]] = value;
                }
            }
        }

        return (mixer, bias);
    }

    private static Matrix Stack(Matrix mixer, double[] bias) => new(mixer.Columns + 1, mixer.Rows, [.. mixer.Transpose().Values, .. bias]);
}
