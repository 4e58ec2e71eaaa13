using System.Numerics.Tensors;
using ModelOptimizer.Methods.Convex.Mlp.Proximal;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>W ↦ [X̃_jw_j], row j = (2D_j − I)Xw_j: a neuron is in its cone where its row is not negative.</summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="inputs">X, n×d.</param>
/// <param name="signs">The diagonals of the 2D_j − I as rows, one for each neuron.</param>
internal sealed class ConeRows(ILinearAlgebra algebra, Matrix inputs, Matrix signs) : ILinearMap
{
    private readonly Matrix _products = new(signs.Rows, signs.Columns);

    public int Groups => signs.Rows;

    public int Width => inputs.Columns;

    public void Apply(Matrix weights, Matrix prediction)
    {
        algebra.Multiply(weights, inputs, transposeB: true, into: prediction);
        Parallel.For(0, signs.Rows, j => TensorPrimitives.Multiply(signs.Row(j), prediction.Row(j), prediction.Row(j)));
    }

    public void Adjoint(Matrix residual, Matrix weights)
    {
        Parallel.For(0, signs.Rows, j => TensorPrimitives.Multiply(signs.Row(j), residual.Row(j), _products.Row(j)));
        algebra.Multiply(_products, inputs, into: weights);
    }
}
