using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Decompositions by MathNet.Numerics' managed provider, the yardstick for everything else here.</summary>
internal static class LibraryDecompositions
{
    public static (Matrix U, double[] S, Matrix Vt) Svd(Matrix a)
    {
        var svd = ToLibrary(a).Svd();
        var rank = Math.Min(a.Rows, a.Columns);
        var u = FromLibrary(svd.U).LeadingColumns(rank);
        var vt = FromLibrary(svd.VT).Block(0, 0, rank, a.Columns);
        return (u, [.. svd.S.Take(rank)], vt);
    }

    public static (Matrix Q, Matrix R) Qr(Matrix a)
    {
        var wide = a.Columns > a.Rows;
        // The library's thin form wants a tall matrix: a wide one is a square QR and a product.
        var library = ToLibrary(wide ? a.LeadingColumns(a.Rows) : a);
        var qr = library.QR(QRMethod.Thin);
        var q = FromLibrary(qr.Q);
        var r = wide ? FromLibrary(qr.Q.TransposeThisAndMultiply(ToLibrary(a))) : FromLibrary(qr.R);
        for (var i = 0; i < r.Rows; i++)
        {
            r.Row(i)[..Math.Min(i, r.Columns)].Clear();
        }

        Signs.FixDiagonal(q, r);
        return (q, r);
    }

    private static DenseMatrix ToLibrary(Matrix a) => new(a.Rows, a.Columns, a.Transpose().Values);

    private static Matrix FromLibrary(Matrix<double> a) => new(a.RowCount, a.ColumnCount, a.ToRowMajorArray());
}
