using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// A = Q·T·Qᵀ with T tridiagonal and Q = H_{n−1}···H_1, H_m = I − τ_m·v_m·v_mᵀ on the first m coordinates (Golub and Van Loan, Matrix Computations, 8.3.1, from
/// the last row upwards). Of a panel of rows A − V·Wᵀ − W·Vᵀ is not formed, but its products are (Dongarra, Hammarling and Sorensen 1989, LAPACK Working Note
/// 2); then it is, by products of matrices.
/// </summary>
internal sealed class Tridiagonalisation
{
    private const int Panel = 32;

    // A step is shared from this many coordinates on, by ranges of as many.
    private const int Range = 256;
    private const int ShortestShared = 2 * Range;
    private const int MostParts = 8;
    private const int RowsOfDots = 16;

    // Squares of what is smaller, relative to the matrix, lose digits; it is nothing beside the matrix's rounding.
    private const double Nothing = 1e-140;

    private readonly HostProduct _product;
    private readonly Workers _workers;
    private readonly BlockRows _a;
    private readonly int _n;

    // Rows 2p and 2p + 1: V's and W's column p.
    private readonly double[] _pending;
    private readonly double[] _dots = new double[2 * Panel];
    private readonly double[] _factors = new double[2 * Panel];
    private readonly double[][] _parts;
    private readonly double[] _y;
    private readonly double[] _left;
    private readonly double[] _right;

    // The row in work, the pairs before it, and its parts.
    private int _row;
    private int _pairs;
    private int _partCount;
    private double _scale;
    private double _shift;

    private Tridiagonalisation(HostProduct product, Workers workers, BlockRows a)
    {
        (_product, _workers, _a, _n) = (product, workers, a, a.Size);
        _pending = new double[2 * Panel * _n];
        _left = new double[2 * Panel * _n];
        _right = new double[2 * Panel * _n];
        _y = new double[_n];
        _parts = [.. Enumerable.Range(0, _n < ShortestShared ? 1 : MostParts).Select(_ => new double[_n])];
        Diagonal = new double[_n];
        Beside = new double[Math.Max(0, _n - 1)];
        Tau = new double[_n];
        Reflectors = new Matrix(_n, _n);
    }

    /// <summary>T's diagonal.</summary>
    public double[] Diagonal { get; }

    /// <summary>What is beside T's diagonal.</summary>
    public double[] Beside { get; }

    /// <summary>Row m holds v_m, zero from m on.</summary>
    public Matrix Reflectors { get; }

    public double[] Tau { get; }

    /// <summary>Reduces <paramref name="a"/>, which is overwritten.</summary>
    public static Tridiagonalisation Of(HostProduct product, Workers workers, BlockRows a)
    {
        var result = new Tridiagonalisation(product, workers, a);
        result.Reduce();
        return result;
    }

    private void Reduce()
    {
        Action<int> multiply = Multiply, combine = Combine, finish = Finish, lay = Lay, update = Update;
        for (_row = _n - 1; _row > 0; _row--)
        {
            Diagonal[_row] = _a.Row(_row)[_row];
            Reflect();
            _partCount = _row < ShortestShared ? 1 : MostParts;
            var ranges = (_row + Range - 1) / Range;
            var team = _row < ShortestShared ? Workers.None : _workers;
            team.Run(_partCount + (((2 * _pairs) + RowsOfDots - 1) / RowsOfDots), multiply);
            for (var p = 0; p < _pairs; p++)
            {
                (_factors[2 * p], _factors[(2 * p) + 1]) = (-_dots[(2 * p) + 1], -_dots[2 * p]);
            }

            team.Run(ranges, combine);
            // w = τ·y − ½·τ²·(yᵀv)·v
            _scale = Tau[_row];
            _shift = -0.5 * _scale * _scale * TensorPrimitives.Dot<double>(_y.AsSpan(0, _row), Reflectors.Row(_row)[.._row]);
            if (_pairs + 1 < Panel)
            {
                for (var p = 0; p < _pairs; p++)
                {
                    (_factors[2 * p], _factors[(2 * p) + 1]) = (-Pending((2 * p) + 1)[_row - 1], -Pending(2 * p)[_row - 1]);
                }

                var v = Reflectors.Row(_row)[_row - 1];
                (_factors[2 * _pairs], _factors[(2 * _pairs) + 1]) = (-((_scale * _y[_row - 1]) + (_shift * v)), -v);
            }

            _pairs++;
            team.Run(ranges, finish);
            if (_pairs == Panel)
            {
                var blocks = BlockRows.BlocksOf(_row);
                team.Run(blocks, lay);
                team.Run(blocks, update);
                _pairs = 0;
            }
        }

        if (_n > 0)
        {
            Diagonal[0] = _a.Row(0)[0];
        }
    }

    /// <summary>The reflection that leaves of the row, left of the diagonal, only its last entry (Golub and Van Loan 5.1.1).</summary>
    private void Reflect()
    {
        var source = _a.Row(_row)[.._row];
        var v = Reflectors.Row(_row)[.._row];
        var rest = source[..^1];
        var last = source[^1];
        var norm = rest.IsEmpty ? 0 : TensorPrimitives.Norm<double>(rest);
        if (norm < Nothing)
        {
            Beside[_row - 1] = Math.Abs(last) < Nothing ? 0 : last;
            Pending(2 * _pairs)[.._row].Clear();
            return;
        }

        var beta = -Math.CopySign(Math.Sqrt((last * last) + (norm * norm)), last);
        Beside[_row - 1] = beta;
        Tau[_row] = (beta - last) / beta;
        TensorPrimitives.Multiply(rest, 1 / (last - beta), v);
        v[^1] = 1;
        v.CopyTo(Pending(2 * _pairs));
    }

    /// <summary>A part of A·v, or some of the products of v with the pending columns.</summary>
    private void Multiply(int task)
    {
        var v = Reflectors.Row(_row)[.._row];
        if (task >= _partCount)
        {
            var first = (task - _partCount) * RowsOfDots;
            VectorKernels.DotRows(_pending, first * _n, _n, v, _dots.AsSpan(first, Math.Min(RowsOfDots, (2 * _pairs) - first)));
            return;
        }

        var (from, to) = (PartStart(task), PartStart(task + 1));
        var result = _parts[task].AsSpan(0, to);
        result.Clear();
        var r = from;
        for (; r + 4 <= to; r += 4)
        {
            var stride = _a.Stride(r);
            var (s0, s1, s2, s3) = VectorKernels.SymmetricRows(_a.BlockOf(r), _a.Start(r), stride, v.Slice(r, 4), v, result[..r]);
            result[r] += s0;
            result[r + 1] += s1;
            result[r + 2] += s2;
            result[r + 3] += s3;
            AddRows(r, r + 4, r, v, result);
        }

        AddRows(r, to, 0, v, result);
    }

    // Rows up to the diagonal, of which only the columns from 'column' on.
    private void AddRows(int from, int to, int column, ReadOnlySpan<double> v, Span<double> result)
    {
        for (var r = from; r < to; r++)
        {
            var source = _a.Row(r)[column..r];
            result[r] += (_a.Row(r)[r] * v[r]) + TensorPrimitives.Dot<double>(source, v[column..r]);
            TensorPrimitives.MultiplyAdd(source, v[r], result[column..r], result[column..r]);
        }
    }

    // Parts of the triangle with equal areas, in whole groups of four rows.
    private int PartStart(int part) => part == _partCount ? _row : (int)(_row * Math.Sqrt(part / (double)_partCount)) / 4 * 4;

    /// <summary>y = (A − V·Wᵀ − W·Vᵀ)·v on one range; the parts are added in their order.</summary>
    private void Combine(int range)
    {
        var (from, to) = (range * Range, Math.Min((range + 1) * Range, _row));
        var target = _y.AsSpan(from, to - from);
        target.Clear();
        for (var part = 0; part < _partCount; part++)
        {
            var end = Math.Min(to, PartStart(part + 1));
            if (end > from)
            {
                TensorPrimitives.Add(target[..(end - from)], _parts[part].AsSpan(from, end - from), target[..(end - from)]);
            }
        }

        VectorKernels.AddRows(_pending, from, _n, _factors.AsSpan(0, 2 * _pairs), target);
    }

    /// <summary>The new column of W on one range, and the next row of A − V·Wᵀ − W·Vᵀ.</summary>
    private void Finish(int range)
    {
        var (from, to) = (range * Range, Math.Min((range + 1) * Range, _row));
        var w = Pending((2 * _pairs) - 1)[from..to];
        TensorPrimitives.Multiply(_y.AsSpan(from, to - from), _scale, w);
        TensorPrimitives.MultiplyAdd(Reflectors.Row(_row)[from..to], _shift, w, w);
        if (_pairs < Panel)
        {
            VectorKernels.AddRows(_pending, from, _n, _factors.AsSpan(0, 2 * _pairs), _a.Row(_row - 1)[from..to]);
        }
    }

    /// <summary>[V W] and [W V] by rows, with pairs of columns interleaved.</summary>
    private void Lay(int block)
    {
        for (var r = block * BlockRows.Height; r < Math.Min((block + 1) * BlockRows.Height, _row); r++)
        {
            for (var q = 0; q < 2 * Panel; q++)
            {
                _left[(r * 2 * Panel) + q] = _pending[(q * _n) + r];
                _right[(r * 2 * Panel) + q] = _pending[((q ^ 1) * _n) + r];
            }
        }
    }

    /// <summary>A − V·Wᵀ − W·Vᵀ, one block row; the large ones first.</summary>
    private void Update(int task)
    {
        var target = _a.Block(BlockRows.BlocksOf(_row) - 1 - task, _row);
        var top = (BlockRows.BlocksOf(_row) - 1 - task) * BlockRows.Height;
        _product.Subtract(new(_left, top * 2 * Panel, target.Rows, 2 * Panel), new(_right, 0, target.Columns, 2 * Panel), target, transposeB: true);
    }

    private Span<double> Pending(int index) => _pending.AsSpan(index * _n, _n);
}
