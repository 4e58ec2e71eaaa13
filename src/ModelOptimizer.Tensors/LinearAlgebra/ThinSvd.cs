using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Thin singular value decomposition. A long matrix is first reduced to its triangle by QR. Eigenvectors V of the Gram matrix make the columns of A·V
/// orthogonal up to
/// rounding times the squared condition; one-sided Jacobi rotations then remove the rest, so that small singular values and their vectors are as good as the
/// library's. Where the condition is too bad for that (a singular value below 1e-6 of the largest), the library does the reduced problem.
/// </summary>
internal static class ThinSvd
{
    private const int Narrow = 48;
    private const double Long = 1.5;
    private const double WorstRatio = 1e-6;

    public static (Matrix U, double[] S, Matrix Vt) Factor(ILinearAlgebra algebra, Matrix a)
    {
        Matrix u;
        double[] s;
        Matrix vt;
        if (a.Rows >= a.Columns)
        {
            (u, s, vt) = Tall(algebra, a);
        }
        else
        {
            (var v, s, var ut) = Tall(algebra, a.Transpose());
            (u, vt) = (ut.Transpose(), v.Transpose());
        }

        Signs.Fix(u, vt);
        return (u, s, vt);
    }

    private static (Matrix U, double[] S, Matrix Vt) Tall(ILinearAlgebra algebra, Matrix a)
    {
        if (a.Rows <= Long * a.Columns)
        {
            return Core(algebra, a);
        }

        var (q, r) = algebra.Qr(a);
        var (u, s, vt) = Core(algebra, r);
        return (algebra.Multiply(q, u), s, vt);
    }

    private static (Matrix U, double[] S, Matrix Vt) Core(ILinearAlgebra algebra, Matrix a) =>
        a.Columns > Narrow && ByGram(algebra, a) is { } result ? result : LibraryDecompositions.Svd(a);

    private static (Matrix U, double[] S, Matrix Vt)? ByGram(ILinearAlgebra algebra, Matrix a)
    {
        var (_, v) = algebra.SymmetricEigen(algebra.Multiply(a, a, transposeA: true));
        // Rows of wt are the columns of A·V, rows of vt those of V: rows are contiguous.
        var wt = algebra.Multiply(v, a, transposeA: true, transposeB: true);
        var vt = v.Transpose();
        double[] lengths = [.. Enumerable.Range(0, wt.Rows).Select(i => TensorPrimitives.Norm<double>(wt.Row(i)))];
        if (!(lengths.Min() > WorstRatio * lengths.Max()))
        {
            return null;
        }

        ScaleRows(wt, lengths, divide: true);
        // (A·V)ᵀ = D·C·Qᵀ with Q orthonormal: D·C is small, nearly diagonal, and has the same singular values.
        var c = algebra.Cholesky(algebra.Multiply(wt, wt, transposeB: true));
        var qt = algebra.SolveLower(c, wt);
        ScaleRows(c, lengths, divide: false);
        if (!Jacobi.OrthogonaliseRows(c, vt))
        {
            return null;
        }

        double[] s = [.. Enumerable.Range(0, c.Rows).Select(i => TensorPrimitives.Norm<double>(c.Row(i)))];
        ScaleRows(c, s, divide: true);
        int[] order = [.. Enumerable.Range(0, s.Length).OrderByDescending(i => s[i])];
        var u = algebra.Multiply(qt, Reorder(c, order), transposeA: true, transposeB: true);
        return (u, [.. order.Select(i => s[i])], Reorder(vt, order));
    }

    private static void ScaleRows(Matrix matrix, double[] factors, bool divide)
    {
        for (var i = 0; i < matrix.Rows; i++)
        {
            TensorPrimitives.Multiply(matrix.Row(i), divide ? 1 / factors[i] : factors[i], matrix.Row(i));
        }
    }

    private static Matrix Reorder(Matrix matrix, int[] rows)
    {
        var result = new Matrix(matrix.Rows, matrix.Columns);
        for (var i = 0; i < rows.Length; i++)
        {
            matrix.Row(rows[i]).CopyTo(result.Row(i));
        }

        return result;
    }
}
