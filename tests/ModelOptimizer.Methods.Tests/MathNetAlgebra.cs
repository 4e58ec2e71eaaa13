#pragma warning disable
using MathNet.Numerics.LinearAlgebra;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests;

internal sealed class MathNetAlgebra : ILinearAlgebra
{
    private static Matrix<double> To(Matrix m) => Matrix<double>.Build.DenseOfRowMajor(m.Rows, m.Columns, m.Values);
    private static Matrix From(Matrix<double> m) => new(m.RowCount, m.ColumnCount, m.ToRowMajorArray());
    public Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false)
    {
        var (x, y) = (To(a), To(b));
        return From(transposeA ? (transposeB ? x.Transpose() * y.Transpose() : x.TransposeThisAndMultiply(y)) : transposeB ? x.TransposeAndMultiply(y) : x * y);
    }
    public Matrix Cholesky(Matrix a)
    {
        try { return From(To(a).Cholesky().Factor); }
        catch (ArgumentException) { throw new NotPositiveDefiniteException(); }
    }
    public Matrix CholeskySolve(Matrix factor, Matrix b) => SolveLower(factor, SolveLower(factor, b), true);
    public Matrix SolveLower(Matrix factor, Matrix b, bool transpose = false)
    {
        var x = b.Clone(); var n = factor.Rows;
        for (var ii = 0; ii < n; ii++)
        {
            var i = transpose ? n - 1 - ii : ii;
            var row = x.Row(i);
            for (var jj = 0; jj < ii; jj++)
            {
                var j = transpose ? n - 1 - jj : jj;
                var c = transpose ? factor[j, i] : factor[i, j];
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(x.Row(j), -c, row, row);
            }
            System.Numerics.Tensors.TensorPrimitives.Divide(row, factor[i, i], row);
        }
        return x;
    }
    public (double[] Values, Matrix Vectors) SymmetricEigen(Matrix a)
    {
        var evd = To(a).Evd(Symmetricity.Symmetric);
        var n = a.Rows; var vectors = new Matrix(n, n); var values = new double[n];
        for (var j = 0; j < n; j++)
        {
            values[j] = evd.EigenValues[n - 1 - j].Real;
            var v = evd.EigenVectors.Column(n - 1 - j); if (v[v.AbsoluteMaximumIndex()] < 0) v = -v;
            for (var i = 0; i < n; i++) vectors[i, j] = v[i];
        }
        return (values, vectors);
    }
    public (Matrix U, double[] S, Matrix Vt) Svd(Matrix a) => throw new NotSupportedException();
    public (Matrix Q, Matrix R) Qr(Matrix a)
    {
        var qr = To(a).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin);
        var (q, r) = (From(qr.Q), From(qr.R));
        for (var i = 0; i < r.Rows; i++)
            if (r[i, i] < 0)
            {
                for (var j = 0; j < r.Columns; j++) r[i, j] = -r[i, j];
                for (var j = 0; j < q.Rows; j++) q[j, i] = -q[j, i];
            }
        return (q, r);
    }
}
