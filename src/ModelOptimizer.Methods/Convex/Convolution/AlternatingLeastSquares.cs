using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// Fits a gated block by turns: Conv³ and the bias by their normal equations, then Conv² by conjugate gradients on its normal operator, which is linear because
/// the gates are fixed. No step raises the loss, and there is no learning rate.
/// </summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="problem">The data.</param>
/// <param name="preconditioner">For the conjugate gradients.</param>
/// <param name="sweeps">The most sweeps.</param>
/// <param name="tolerance">Ends them when Conv²'s gradient is below this share of its right-hand side; Conv³'s is zero then.</param>
/// <param name="cancellation">Ends the fit early.</param>
internal sealed class AlternatingLeastSquares(
    ILinearAlgebra algebra,
    IGatedProblem problem,
    FilterPreconditioner preconditioner,
    int sweeps,
    double tolerance,
    CancellationToken cancellation
)
{
    // Products with the operator in a sweep. More of them fit filters to a Conv³ that is about to change.
    private static readonly InnerAccuracy Inner = new(0.03, 8);

    /// <summary>Fits from a start.</summary>
    /// <param name="start">Its gates and filters; Conv³ and bias are not looked at.</param>
    /// <param name="told">Hears the number of every sweep and the loss after it.</param>
    public AlsFit Fit(GatedBlock start, Action<int, double> told)
    {
        var block = start;
        var system = problem.Mixer(block.Filters);
        var losses = new List<double>();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = losses.Count == 0 ? double.PositiveInfinity : system.Loss(block.Mixer, block.Bias);
            var (mixer, bias) = system.Solve(algebra);
            // With jitter a solution can be behind what is there.
            if (system.Loss(mixer, bias) is var solved && solved <= before)
            {
                block = block with { Mixer = mixer, Bias = bias };
            }

            var loss = Math.Min(solved, before);
            losses.Add(loss);
            told(losses.Count - 1, loss);
            block = block.Balanced();
            var right = problem.Right(block.Mixer, block.Bias);
            var gradient = problem.Product(block.Filters, block.Mixer);
            TensorPrimitives.Subtract(gradient.Values, right.Values, gradient.Values);
            var (norm, scale) = (TensorPrimitives.Norm<double>(gradient.Values), TensorPrimitives.Norm<double>(right.Values));
            if (losses.Count > sweeps || norm <= tolerance * scale)
            {
                return new AlsFit(block, losses, scale > 0 ? norm / scale : 0);
            }

            var filters = new ConjugateGradients(filter => problem.Product(filter, block.Mixer), preconditioner.For(block.Mixer), cancellation).Solve(
                right,
                block.Filters,
                Inner
            );
            var next = problem.Mixer(filters);
            if (!(next.Loss(block.Mixer, block.Bias) < loss))
            {
                // Nothing that these numbers can tell from what is there.
                return new AlsFit(block, losses, norm / scale);
            }

            (block, system) = (block with { Filters = filters }, next);
        }
    }
}

/// <summary>What alternating least squares came to.</summary>
/// <param name="Block">The block.</param>
/// <param name="Losses">Σ‖S − Y‖² after every solve of Conv³, from the start on.</param>
/// <param name="Gradient">Norm of Conv²'s gradient relative to that at empty filters; Conv³'s gradient is zero.</param>
internal sealed record AlsFit(GatedBlock Block, IReadOnlyList<double> Losses, double Gradient);

/// <summary>
/// An approximate inverse of Conv²'s normal operator: as if gates and windows were independent, so that it is (Q ∘ Conv³ᵀConv³) ⊗ Σ with the gates' moment Q
/// and the windows' moment Σ.
/// </summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="windows">Σ, D×D, of any scale; null for the identity.</param>
/// <param name="gates">Q, m×m, of any scale.</param>
internal sealed class FilterPreconditioner(ILinearAlgebra algebra, Matrix? windows, Matrix gates)
{
    private readonly Matrix? _windows = windows is null ? null : Regularized.Cholesky(algebra, windows, Jitter.Relative);

    /// <summary>V ↦ (Q ∘ Conv³ᵀConv³)⁻¹ V Σ⁻¹.</summary>
    public Func<Matrix, Matrix> For(Matrix mixer)
    {
        var coupling = algebra.Multiply(mixer, mixer, transposeA: true);
        TensorPrimitives.Multiply(coupling.Values, gates.Values, coupling.Values);
        var factor = Regularized.Cholesky(algebra, Symmetric.Mean(coupling), Jitter.Relative);
        return residual =>
        {
            var left = algebra.CholeskySolve(factor, residual);
            return _windows is null ? left : algebra.CholeskySolve(_windows, left.Transpose()).Transpose();
        };
    }
}
