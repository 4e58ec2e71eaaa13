namespace ModelOptimizer.Methods.Common;

/// <summary>Singular vectors through the smaller Gram matrix: only subspaces and sums of squares are needed, which it gives to full accuracy.</summary>
internal static class Dominant
{
    /// <summary>Squared singular values (falling) and left singular vectors of Nᵀ's transpose N, given <paramref name="transposed"/> = Nᵀ.</summary>
    public static (double[] Squares, Matrix Vectors) LeftVectorsOfTranspose(ILinearAlgebra algebra, Matrix transposed)
    {
        if (transposed.Columns <= transposed.Rows)
        {
            var (values, vectors) = algebra.SymmetricEigen(Symmetric.Mean(algebra.Multiply(transposed, transposed, transposeA: true)));
            return (Clip(values), vectors);
        }

        var (squares, right) = algebra.SymmetricEigen(Symmetric.Mean(algebra.Multiply(transposed, transposed, transposeB: true)));
        var (left, _) = algebra.Qr(algebra.Multiply(transposed, right, transposeA: true));
        return (Clip(squares), left);
    }

    private static double[] Clip(double[] values) => [.. values.Select(value => Math.Max(0, value))];
}
