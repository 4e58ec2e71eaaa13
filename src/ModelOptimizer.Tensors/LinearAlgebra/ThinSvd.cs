using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Thin singular value decomposition. A long matrix is first reduced to its triangle by QR. Eigenvectors V of the Gram matrix make the columns of A·V
/// orthogonal up to rounding times the squared condition, so that R of A·V = Q·R is nearly diagonal as far as the singular values are above 1e-6 of the
/// largest; what is below is a corner of R with the next few digits, to which the same is done. One-sided Jacobi rotations of R's rows remove the rest (as
/// preconditioned by Drmač and Veselić 2008). Singular values are right up to rounding of the largest.
/// </summary>
internal static class ThinSvd
{
    // Smaller ones are rotated as they are.
    private const int Small = 24;
    private const double Long = 1.5;
    private const double Resolved = 1e-6;
    private const double Rounding = 1.1102230246251565e-16;

    // In place of a singular value of zero, relative to the largest: the rotations then find an orthonormal basis of the null space as of any other.
    private const double Floor = 1e-30;

    public static (Matrix U, double[] S, Matrix Vt) Factor(ILinearAlgebra algebra, Matrix a)
    {
        var scale = Finite.Scale(Finite.Largest(a));
        var scaled = a.Rows >= a.Columns ? a.Clone() : a.Transpose();
        TensorPrimitives.Multiply(scaled.Values, scale, scaled.Values);
        var (u, s, vt) = Tall(algebra, scaled);
        if (a.Rows < a.Columns)
        {
            (u, vt) = (vt.Transpose(), u.Transpose());
        }

        Signs.Fix(u, vt);
        TensorPrimitives.Divide(s, scale, s);
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

    private static (Matrix U, double[] S, Matrix Vt) Core(ILinearAlgebra algebra, Matrix a)
    {
        var (qt, r, vt) = a.Columns <= Small ? Plain(algebra, a) : Prepared(algebra, a);
        var largest = Finite.Largest(r);
        if (largest == 0)
        {
            return (qt.Transpose(), new double[r.Rows], vt);
        }

        for (var i = 0; i < r.Rows; i++)
        {
            r[i, i] = Math.Max(r[i, i], Floor * largest);
        }

        // J·R = diag(s)·Y: A = (Q·Jᵀ)·diag(s)·(Y·Vᵀ)
        Jacobi.OrthogonaliseRows(algebra, r, qt);
        double[] lengths = [.. Enumerable.Range(0, r.Rows).Select(i => TensorPrimitives.Norm<double>(r.Row(i)))];
        int[] order = [.. Enumerable.Range(0, lengths.Length).OrderByDescending(i => lengths[i])];
        var y = new Matrix(r.Rows, r.Rows);
        for (var i = 0; i < order.Length; i++)
        {
            TensorPrimitives.Divide(r.Row(order[i]), lengths[order[i]], y.Row(i));
        }

        var u = Reorder(qt, order).Transpose();
        return (u, [.. order.Select(i => lengths[i] > Floor * r.Rows * 2 * largest ? lengths[i] : 0)], algebra.Multiply(y, vt));
    }

    /// <summary>Qᵀ, R and Vᵀ with A = Q·R·Vᵀ, V the identity.</summary>
    private static (Matrix Qt, Matrix R, Matrix Vt) Plain(ILinearAlgebra algebra, Matrix a)
    {
        var (q, r) = algebra.Qr(a);
        return (q.Transpose(), r, Matrix.Identity(a.Columns));
    }

    /// <summary>Qᵀ, R and Vᵀ with A = Q·R·Vᵀ and the rows of R nearly orthogonal.</summary>
    private static (Matrix Qt, Matrix R, Matrix Vt) Prepared(ILinearAlgebra algebra, Matrix a)
    {
        var (squares, v) = algebra.SymmetricEigen(algebra.Multiply(a, a, transposeA: true));
        var (q, r) = algebra.Qr(algebra.Multiply(a, v));
        var (qt, vt) = (q.Transpose(), v.Transpose());
        var resolved = squares.Count(square => square > Resolved * Resolved * squares[0]);
        if (resolved == 0 || resolved == r.Rows)
        {
            return (qt, r, vt);
        }

        // Of [R₁ R₁₂; 0 R₂] with R₂ = U₂·S₂·V₂ᵀ: [R₁ R₁₂·V₂; 0 S₂]
        var rest = r.Rows - resolved;
        var corner = r.Block(resolved, resolved, rest, rest);
        var (u2, s2, vt2) = TensorPrimitives.Norm<double>(corner.Values) > Rounding * TensorPrimitives.Norm<double>(r.Values)
            ? Core(algebra, corner)
            : (Matrix.Identity(rest), new double[rest], Matrix.Identity(rest));
        r.SetBlock(0, resolved, algebra.Multiply(r.Block(0, resolved, resolved, rest), vt2, transposeB: true));
        for (var i = 0; i < rest; i++)
        {
            var row = r.Row(resolved + i);
            row.Clear();
            row[resolved + i] = s2[i];
        }

        qt.SetBlock(resolved, 0, algebra.Multiply(u2, qt.RowBlock(resolved, rest), transposeA: true));
        vt.SetBlock(resolved, 0, algebra.Multiply(vt2, vt.RowBlock(resolved, rest)));
        return (qt, r, vt);
    }

    private static Matrix Reorder(Matrix matrix, int[] rows)
    {
        var result = Matrix.Uninitialized(matrix.Rows, matrix.Columns);
        for (var i = 0; i < rows.Length; i++)
        {
            matrix.Row(rows[i]).CopyTo(result.Row(i));
        }

        return result;
    }
}
