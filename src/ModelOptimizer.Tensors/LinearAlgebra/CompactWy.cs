using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Products of Householder reflections as I − V·T·Vᵀ with T triangular (Schreiber and Van Loan 1989; Golub and Van Loan 5.1.7).</summary>
internal static class CompactWy
{
    /// <summary>T of H_{k−1}···H_0 for <paramref name="lastFirst"/>, a lower triangle, and of H_0···H_{k−1} otherwise, an upper one.</summary>
    /// <param name="product">For Vᵀ·V.</param>
    /// <param name="vt">Vᵀ: row p is that of H_p = I − τ_p·v_p·v_pᵀ.</param>
    /// <param name="tau">τ.</param>
    /// <param name="lastFirst">The order.</param>
    public static RowBlock Triangle(HostProduct product, RowBlock vt, ReadOnlySpan<double> tau, bool lastFirst)
    {
        var count = vt.Rows;
        var gram = new RowBlock(new double[count * count], count, count);
        product.Multiply(vt, vt, gram, transposeB: true);
        // H_p·(I − V·T·Vᵀ) = I − V·T·Vᵀ − τ_p·v_p·(v_pᵀ − v_pᵀ·V·T·Vᵀ): a new last row of T.
        var t = new Matrix(count, count);
        for (var p = 0; p < count; p++)
        {
            var row = t.Row(p);
            for (var q = 0; q < p; q++)
            {
                TensorPrimitives.MultiplyAdd(t.Row(q)[..p], -tau[p] * gram.Row(p)[q], row[..p], row[..p]);
            }

            row[p] = tau[p];
        }

        // The other order is the transpose of this one.
        return new((lastFirst ? t : t.Transpose()).Values, count, count);
    }
}
