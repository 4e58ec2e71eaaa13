namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// Ridge systems (c·I + X·Xᵀ), symmetric positive definite with smallest eigenvalue at least c, by a Cholesky factor of whichever of X·Xᵀ and Xᵀ·X is smaller:
/// (c·I + X·Xᵀ)⁻¹·X = X·(c·I + Xᵀ·X)⁻¹.
/// </summary>
internal static class ShiftedGram
{
    /// <summary>(c·I + X·Xᵀ)⁻¹·X·<paramref name="right"/>, for X given as its transpose. May be written into <paramref name="into"/>.</summary>
    public static Matrix SolveProjected(ILinearAlgebra algebra, double c, Matrix transposed, Matrix right, Matrix? into = null)
    {
        if (transposed.Rows <= transposed.Columns)
        {
            var factor = algebra.Cholesky(Shifted(algebra.Gram(transposed), c));
            return algebra.Multiply(transposed, algebra.CholeskySolve(factor, right), transposeA: true, into: into);
        }

        var x = transposed.Transpose();
        return algebra.CholeskySolve(algebra.Cholesky(Shifted(algebra.Gram(x), c)), algebra.Multiply(x, right));
    }

    /// <summary>m + c·I, in place.</summary>
    public static Matrix Shifted(Matrix m, double c)
    {
        for (var i = 0; i < m.Rows; i++)
        {
            m[i, i] += c;
        }

        return m;
    }
}
