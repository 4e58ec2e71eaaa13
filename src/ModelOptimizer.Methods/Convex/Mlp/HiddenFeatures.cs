using ModelOptimizer.Methods.Convex.Mlp.Proximal;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>B ↦ (HB)ᵀ for the output layer B, M×c, one neuron a row.</summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="hidden">Hᵀ, M×n.</param>
/// <param name="outputs">c.</param>
internal sealed class HiddenFeatures(ILinearAlgebra algebra, Matrix hidden, int outputs) : ILinearMap
{
    public int Groups => hidden.Rows;

    public int Width => outputs;

    public void Apply(Matrix weights, Matrix prediction) => algebra.Multiply(weights, hidden, transposeA: true, into: prediction);

    public void Adjoint(Matrix residual, Matrix weights) => algebra.Multiply(hidden, residual, transposeB: true, into: weights);
}
