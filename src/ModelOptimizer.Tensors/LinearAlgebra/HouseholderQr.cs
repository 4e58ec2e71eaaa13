using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Thin QR by Householder reflections, panel by panel, whose products I − V·T·Vᵀ act on the rest as products of matrices (Schreiber and Van Loan 1989; Golub
/// and Van Loan 5.2.3). Works on the transposed matrix, whose rows are the columns and which the threads share in groups of whole rows.
/// </summary>
internal sealed class HouseholderQr
{
    private const int Panel = 32;
    private const int RowsOfTask = 64;

    // As in a tridiagonalisation.
    private const double Nothing = 1e-140;

    private readonly HostProduct _product;
    private readonly Workers _workers;
    private readonly Matrix _columns;
    private readonly int _length;
    private readonly int _thin;

    // Vᵀ and T of each panel, and a reflection's τ.
    private readonly RowBlock[] _rows;
    private readonly RowBlock[] _triangles;
    private readonly double[] _tau;

    private HouseholderQr(HostProduct product, Workers workers, Matrix a)
    {
        (_product, _workers, _length, _thin) = (product, workers, a.Rows, Math.Min(a.Rows, a.Columns));
        _columns = a.Transpose();
        _rows = new RowBlock[(_thin + Panel - 1) / Panel];
        _triangles = new RowBlock[_rows.Length];
        _tau = new double[_thin];
    }

    /// <summary>Q with orthonormal columns, whatever the rank, and R with a non-negative diagonal.</summary>
    public static (Matrix Q, Matrix R) Factor(HostProduct product, Matrix a)
    {
        var largest = a.Values.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(a.Values));
        var scale = double.IsFinite(largest) ? Finite.Scale(largest) : 1;
        using var workers = Workers.For(Math.Min(a.Rows, a.Columns));
        var work = new HouseholderQr(product, workers, a);
        TensorPrimitives.Multiply(work._columns.Values, scale, work._columns.Values);
        for (var panel = 0; panel < work._rows.Length; panel++)
        {
            work.Reduce(panel);
        }

        var r = work.Triangle(scale);
        return (work.Orthonormal(), r);
    }

    private void Reduce(int panel)
    {
        var first = panel * Panel;
        var count = Math.Min(Panel, _thin - first);
        var vt = new RowBlock(new double[count * _length], count, _length);
        Span<double> dots = stackalloc double[Panel];
        for (var p = 0; p < count; p++)
        {
            Reflect(first + p, vt.Row(p));
            // The panel's other columns, x − τ·(vᵀx)·v.
            var (from, others) = (first + p, count - p - 1);
            var v = vt.Row(p)[from..];
            VectorKernels.DotRows(_columns.Values, ((from + 1) * _length) + from, _length, v, dots[..others]);
            for (var q = 0; q < others; q++)
            {
                var column = _columns.Row(from + 1 + q)[from..];
                TensorPrimitives.MultiplyAdd(v, -_tau[from] * dots[q], column, column);
            }
        }

        _rows[panel] = vt;
        _triangles[panel] = CompactWy.Triangle(_product, vt, _tau.AsSpan(first, count), lastFirst: false);
        var next = first + count;
        _workers.Run((_columns.Rows - next + RowsOfTask - 1) / RowsOfTask, task =>
        {
            var top = next + (task * RowsOfTask);
            // (Qᵀ·A)ᵀ = Aᵀ − (Aᵀ·V)·T·Vᵀ
            Apply(panel, new(_columns.Values, top * _length, Math.Min(RowsOfTask, _columns.Rows - top), _length), _triangles[panel], transposeT: false);
        });
    }

    private void Apply(int panel, RowBlock target, RowBlock t, bool transposeT)
    {
        var count = _rows[panel].Rows;
        var products = new RowBlock(new double[target.Rows * count], target.Rows, count);
        var coefficients = new RowBlock(new double[target.Rows * count], target.Rows, count);
        _product.Multiply(target, _rows[panel], products, transposeB: true);
        _product.Multiply(products, t, coefficients, transposeT);
        _product.Subtract(coefficients, _rows[panel], target);
    }

    /// <summary>The reflection that leaves of a column, from the diagonal on, only its first entry (Golub and Van Loan 5.1.1).</summary>
    private void Reflect(int index, Span<double> v)
    {
        var column = _columns.Row(index)[index..];
        var rest = column[1..];
        var norm = rest.IsEmpty ? 0 : TensorPrimitives.Norm<double>(rest);
        v[index] = 1;
        if (norm < Nothing)
        {
            return;
        }

        var first = column[0];
        var beta = -Math.CopySign(Math.Sqrt((first * first) + (norm * norm)), first);
        _tau[index] = (beta - first) / beta;
        TensorPrimitives.Multiply(rest, 1 / (first - beta), v[(index + 1)..]);
        column[0] = beta;
    }

    private Matrix Triangle(double scale)
    {
        var r = new Matrix(_thin, _columns.Rows);
        for (var i = 0; i < _thin; i++)
        {
            var factor = Sign(i) / scale;
            var row = r.Row(i);
            for (var c = i; c < row.Length; c++)
            {
                row[c] = factor * _columns[c, i];
            }
        }

        return r;
    }

    private double Sign(int index) => _columns[index, index] < 0 ? -1 : 1;

    /// <summary>Q = (H_0···H_k)·I, of which the threads have some columns each; the signs are R's.</summary>
    private Matrix Orthonormal()
    {
        var q = Matrix.Uninitialized(_length, _thin);
        _workers.Run((_thin + RowsOfTask - 1) / RowsOfTask, task =>
        {
            var top = task * RowsOfTask;
            var part = new Matrix(Math.Min(RowsOfTask, _thin - top), _length);
            for (var i = 0; i < part.Rows; i++)
            {
                part[i, top + i] = Sign(top + i);
            }

            // Unit vectors before a panel's first are orthogonal to its V.
            for (var panel = (top + part.Rows - 1) / Panel; panel >= 0; panel--)
            {
                Apply(panel, new(part.Values, part.Rows, _length), _triangles[panel], transposeT: true);
            }

            part.CopyTransposed(q, top);
        });
        return q;
    }
}
