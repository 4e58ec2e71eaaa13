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

    private readonly HostProduct product;
    private readonly Workers workers;
    private readonly BlockRows a;
    private readonly int n;

    // Rows 2p and 2p + 1: V's and W's column p.
    private readonly double[] pending;
    private readonly double[] dots = new double[2 * Panel];
    private readonly double[] factors = new double[2 * Panel];
    private readonly double[][] parts;
    private readonly double[] y;
    private readonly double[] left;
    private readonly double[] right;

    // The row in work, the pairs before it, and its parts.
    private int row;
    private int pairs;
    private int partCount;
    private double scale;
    private double shift;

    private Tridiagonalisation(HostProduct product, Workers workers, BlockRows a)
    {
        (this.product, this.workers, this.a, n) = (product, workers, a, a.Size);
        pending = new double[2 * Panel * n];
        left = new double[2 * Panel * n];
        right = new double[2 * Panel * n];
        y = new double[n];
        parts = [.. Enumerable.Range(0, n < ShortestShared ? 1 : MostParts).Select(_ => new double[n])];
        Diagonal = new double[n];
        Beside = new double[Math.Max(0, n - 1)];
        Tau = new double[n];
        Reflectors = new Matrix(n, n);
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
        for (row = n - 1; row > 0; row--)
        {
            Diagonal[row] = a.Row(row)[row];
            Reflect();
            partCount = row < ShortestShared ? 1 : MostParts;
            var ranges = (row + Range - 1) / Range;
            var team = row < ShortestShared ? Workers.None : workers;
            team.Run(partCount + (((2 * pairs) + RowsOfDots - 1) / RowsOfDots), multiply);
            for (var p = 0; p < pairs; p++)
            {
                (factors[2 * p], factors[(2 * p) + 1]) = (-dots[(2 * p) + 1], -dots[2 * p]);
            }

            team.Run(ranges, combine);
            // w = τ·y − ½·τ²·(yᵀv)·v
            scale = Tau[row];
            shift = -0.5 * scale * scale * TensorPrimitives.Dot<double>(y.AsSpan(0, row), Reflectors.Row(row)[..row]);
            if (pairs + 1 < Panel)
            {
                for (var p = 0; p < pairs; p++)
                {
                    (factors[2 * p], factors[(2 * p) + 1]) = (-Pending((2 * p) + 1)[row - 1], -Pending(2 * p)[row - 1]);
                }

                var v = Reflectors.Row(row)[row - 1];
                (factors[2 * pairs], factors[(2 * pairs) + 1]) = (-((scale * y[row - 1]) + (shift * v)), -v);
            }

            pairs++;
            team.Run(ranges, finish);
            if (pairs == Panel)
            {
                var blocks = BlockRows.BlocksOf(row);
                team.Run(blocks, lay);
                team.Run(blocks, update);
                pairs = 0;
            }
        }

        if (n > 0)
        {
            Diagonal[0] = a.Row(0)[0];
        }
    }

    /// <summary>The reflection that leaves of the row, left of the diagonal, only its last entry (Golub and Van Loan 5.1.1).</summary>
    private void Reflect()
    {
        var source = a.Row(row)[..row];
        var v = Reflectors.Row(row)[..row];
        var rest = source[..^1];
        var last = source[^1];
        var norm = rest.IsEmpty ? 0 : TensorPrimitives.Norm<double>(rest);
        if (norm < Nothing)
        {
            Beside[row - 1] = Math.Abs(last) < Nothing ? 0 : last;
            Pending(2 * pairs)[..row].Clear();
            return;
        }

        var beta = -Math.CopySign(Math.Sqrt((last * last) + (norm * norm)), last);
        Beside[row - 1] = beta;
        Tau[row] = (beta - last) / beta;
        TensorPrimitives.Multiply(rest, 1 / (last - beta), v);
        v[^1] = 1;
        v.CopyTo(Pending(2 * pairs));
    }

    /// <summary>A part of A·v, or some of the products of v with the pending columns.</summary>
    private void Multiply(int task)
    {
        var v = Reflectors.Row(row)[..row];
        if (task >= partCount)
        {
            var first = (task - partCount) * RowsOfDots;
            VectorKernels.DotRows(pending, first * n, n, v, dots.AsSpan(first, Math.Min(RowsOfDots, (2 * pairs) - first)));
            return;
        }

        var (from, to) = (PartStart(task), PartStart(task + 1));
        var result = parts[task].AsSpan(0, to);
        result.Clear();
        var r = from;
        for (; r + 4 <= to; r += 4)
        {
            var stride = a.Stride(r);
            var (s0, s1, s2, s3) = VectorKernels.SymmetricRows(a.BlockOf(r), a.Start(r), stride, v.Slice(r, 4), v, result[..r]);
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
            var source = a.Row(r)[column..r];
            result[r] += (a.Row(r)[r] * v[r]) + TensorPrimitives.Dot<double>(source, v[column..r]);
            TensorPrimitives.MultiplyAdd(source, v[r], result[column..r], result[column..r]);
        }
    }

    // Parts of the triangle with equal areas, in whole groups of four rows.
    private int PartStart(int part) => part == partCount ? row : (int)(row * Math.Sqrt(part / (double)partCount)) / 4 * 4;

    /// <summary>y = (A − V·Wᵀ − W·Vᵀ)·v on one range; the parts are added in their order.</summary>
    private void Combine(int range)
    {
        var (from, to) = (range * Range, Math.Min((range + 1) * Range, row));
        var target = y.AsSpan(from, to - from);
        target.Clear();
        for (var part = 0; part < partCount; part++)
        {
            var end = Math.Min(to, PartStart(part + 1));
            if (end > from)
            {
                TensorPrimitives.Add(target[..(end - from)], parts[part].AsSpan(from, end - from), target[..(end - from)]);
            }
        }

        VectorKernels.AddRows(pending, from, n, factors.AsSpan(0, 2 * pairs), target);
    }

    /// <summary>The new column of W on one range, and the next row of A − V·Wᵀ − W·Vᵀ.</summary>
    private void Finish(int range)
    {
        var (from, to) = (range * Range, Math.Min((range + 1) * Range, row));
        var w = Pending((2 * pairs) - 1)[from..to];
        TensorPrimitives.Multiply(y.AsSpan(from, to - from), scale, w);
        TensorPrimitives.MultiplyAdd(Reflectors.Row(row)[from..to], shift, w, w);
        if (pairs < Panel)
        {
            VectorKernels.AddRows(pending, from, n, factors.AsSpan(0, 2 * pairs), a.Row(row - 1)[from..to]);
        }
    }

    /// <summary>[V W] and [W V] by rows, with pairs of columns interleaved.</summary>
    private void Lay(int block)
    {
        for (var r = block * BlockRows.Height; r < Math.Min((block + 1) * BlockRows.Height, row); r++)
        {
            for (var q = 0; q < 2 * Panel; q++)
            {
                left[(r * 2 * Panel) + q] = pending[(q * n) + r];
                right[(r * 2 * Panel) + q] = pending[((q ^ 1) * n) + r];
            }
        }
    }

    /// <summary>A − V·Wᵀ − W·Vᵀ, one block row; the large ones first.</summary>
    private void Update(int task)
    {
        var target = a.Block(BlockRows.BlocksOf(row) - 1 - task, row);
        var top = (BlockRows.BlocksOf(row) - 1 - task) * BlockRows.Height;
        product.Subtract(new(left, top * 2 * Panel, target.Rows, 2 * Panel), new(right, 0, target.Columns, 2 * Panel), target, transposeB: true);
    }

    private Span<double> Pending(int index) => pending.AsSpan(index * n, n);
}
