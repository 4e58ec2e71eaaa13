namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The dominant left singular subspace of a matrix. Exact by an eigendecomposition of the smaller Gram matrix; from a start that is near, by orthogonal iteration
/// Q ← qr(A·(AᵀQ)), whose captured energy ‖QᵀA‖ never falls, and which is products and one small QR.
/// </summary>
internal static class DominantSubspace
{
    // A sweep moves the weights little, and the next sweep goes on from here.
    private const int Iterations = 2;

    /// <summary>An orthonormal basis (rows×<paramref name="rank"/>) of the subspace.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="a">The matrix; <paramref name="rank"/> is below its number of rows and at most its number of columns.</param>
    /// <param name="rank">The dimension wanted.</param>
    /// <param name="start">A basis (rows×rank) that is near; null for the exact subspace.</param>
    public static Matrix Of(ILinearAlgebra algebra, Matrix a, int rank, Matrix? start)
    {
        if (start is null)
        {
            return Dominant.LeftVectorsOfTranspose(algebra, a.Transpose()).Vectors.LeadingColumns(rank);
        }

        var basis = start;
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            basis = algebra.Qr(algebra.Multiply(a, algebra.Multiply(a, basis, transposeA: true))).Q;
        }

        return basis;
    }
}
