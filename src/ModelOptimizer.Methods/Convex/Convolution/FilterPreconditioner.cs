using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// An approximate inverse of Conv²'s normal operator: as if gates and windows were independent, so that it is (Q ∘ Conv³ᵀConv³) ⊗ Σ with the gates' moment Q and the
/// windows' moment Σ.
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
