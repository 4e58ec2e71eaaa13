namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Thin QR of a tall matrix by two rounds of R = chol(AᵀA)ᵀ, Q = A·R⁻¹: all products, and orthonormal to rounding after the second round
/// as long as the first came near. Where it does not (condition above about 1e7), Householder reflections by the library.
/// </summary>
internal static class ThinQr
{
    // Narrower matrices are the library's: it needs milliseconds for them.
    private const int Narrow = 48;
    private const double NearlyOrthonormal = 0.1;

    public static (Matrix Q, Matrix R) Factor(ILinearAlgebra algebra, Matrix a) => a.Columns > Narrow && a.Rows >= a.Columns
        ? ByCholesky(algebra, a) ?? LibraryDecompositions.Qr(a)
        : LibraryDecompositions.Qr(a);

    private static (Matrix Q, Matrix R)? ByCholesky(ILinearAlgebra algebra, Matrix a)
    {
        try
        {
            var first = algebra.Cholesky(algebra.Multiply(a, a, transposeA: true));
            var q = algebra.SolveLower(first, a.Transpose());
            var gram = algebra.Multiply(q, q, transposeB: true);
            if (DistanceToIdentity(gram) > NearlyOrthonormal)
            {
                return null;
            }

            var second = algebra.Cholesky(gram);
            return (algebra.SolveLower(second, q).Transpose(), algebra.Multiply(first, second).Transpose());
        }
        catch (NotPositiveDefiniteException)
        {
            return null;
        }
    }

    // A sum over a row bounds the spectral norm of the difference.
    private static double DistanceToIdentity(Matrix gram)
    {
        var largest = 0.0;
        for (var i = 0; i < gram.Rows; i++)
        {
            var sum = Math.Abs(gram[i, i] - 1) - Math.Abs(gram[i, i]);
            foreach (var value in gram.Row(i))
            {
                sum += Math.Abs(value);
            }

            largest = Math.Max(largest, sum);
        }

        return largest;
    }
}
