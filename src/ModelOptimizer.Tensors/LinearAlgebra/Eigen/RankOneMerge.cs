using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// One step upwards of <see cref="DivideAndConquer"/>: with the halves' eigenvectors Q and eigenvalues d, diag(d) + ρ·z·zᵀ = U·Λ·Uᵀ, and Q·U are the whole's
/// eigenvectors. What is an eigenpair already up to rounding is left out of that (deflation: Dongarra and Sorensen 1987; Gu and Eisenstat 1995).
/// </summary>
internal sealed class RankOneMerge
{
    private const double Rounding = 1.1102230246251565e-16;
    private const int RootsOfTask = 32;
    private const int RangeOfTask = 128;
    private const int RowsOfTask = 128;

    private readonly HostProduct _product;
    private readonly Workers _workers;
    private readonly Matrix _vectors;
    private readonly double[] _d;
    private readonly int _from;
    private readonly int _middle;
    private readonly int _to;
    private readonly int _size;

    // Rising by the halves' eigenvalues: the column, its value, its entry of z, and in whose rows it is not zero.
    private readonly int[] _columns;
    private readonly double[] _values;
    private readonly double[] _z;
    private readonly Half[] _halves;
    private readonly double _rho;

    private readonly List<int> _kept = [];
    private readonly List<int> _dropped = [];
    private readonly List<(int X, int Y, double Cosine, double Sine)> _rotations = [];

    public RankOneMerge(HostProduct product, Workers workers, Matrix vectors, double[] d, int from, int middle, int to, double corner)
    {
        (_product, _workers, _vectors, _d, _from, _middle, _to, _size) = (product, workers, vectors, d, from, middle, to, to - from);
        _rho = 2 * Math.Abs(corner);
        _columns = Rising(d.AsSpan(from, _size));
        _values = Array.ConvertAll(_columns, column => d[from + column]);
        _halves = Array.ConvertAll(_columns, column => column < middle - from ? Half.Upper : Half.Lower);
        // z is the upper half's last row and the lower half's first, over √2 for length one.
        var (last, first) = vectors.Rows < d.Length ? (1, 0) : (middle - 1, middle);
        _z = Array.ConvertAll(
            _columns,
            column => Math.Sqrt(0.5) * (column < middle - from ? vectors[last, from + column] : Math.CopySign(1, corner) * vectors[first, from + column]));
    }

    [Flags]
    private enum Half
    {
        Upper = 1,
        Lower = 2,
    }

    /// <summary>Overwrites the node's eigenvalues and columns; of the rows, those of the upper and of the lower half that are carried along.</summary>
    public void Run(Range upper, Range lower)
    {
        Deflate();
        var count = _kept.Count;
        var gaps = new RowBlock(GC.AllocateUninitializedArray<double>(count * count), count, count);
        var roots = new double[count];
        double[] poles = [.. _kept.Select(i => _values[i])];
        var equation = new SecularEquation(poles, [.. _kept.Select(i => _z[i])], _rho);
        _workers.Run(Tasks(count, RootsOfTask), task =>
        {
            for (var j = task * RootsOfTask; j < Math.Min((task + 1) * RootsOfTask, count); j++)
            {
                roots[j] = equation.Root(j, gaps.Row(j));
            }
        });
        var exact = new double[count];
        _workers.Run(Tasks(count, RangeOfTask), task =>
        {
            var start = task * RangeOfTask;
            equation.Exact(gaps, start, exact.AsSpan(start, Math.Min(RangeOfTask, count - start)));
        });

        // Whose rows of Q·U use which rows of U: the halves' zeros are left away.
        var (forUpper, forLower) = (Of(Half.Upper), Of(Half.Lower));
        var upperPart = new RowBlock(GC.AllocateUninitializedArray<double>(count * forUpper.Length), count, forUpper.Length);
        var lowerPart = new RowBlock(GC.AllocateUninitializedArray<double>(count * forLower.Length), count, forLower.Length);
        _workers.Run(Tasks(count, RootsOfTask), task =>
        {
            for (var j = task * RootsOfTask; j < Math.Min((task + 1) * RootsOfTask, count); j++)
            {
                var u = gaps.Row(j);
                TensorPrimitives.Divide(exact, u, u);
                TensorPrimitives.Divide(u, TensorPrimitives.Norm<double>(u), u);
                Gather(u, forUpper, upperPart.Row(j));
                Gather(u, forLower, lowerPart.Row(j));
            }
        });

        double[] found = [.. roots, .. _dropped.Select(i => _values[i])];
        var order = Rising(found);
        var places = new int[_size];
        for (var i = 0; i < _size; i++)
        {
            _d[_from + i] = found[order[i]];
            places[order[i]] = i;
        }

        var first = Tasks(upper.End.Value - upper.Start.Value, RowsOfTask);
        _workers.Run(first + Tasks(lower.End.Value - lower.Start.Value, RowsOfTask), task =>
        {
            if (task < first)
            {
                Turn(upper, task, 0, _middle - _from, forUpper, upperPart, places);
            }
            else
            {
                Turn(lower, task - first, _middle - _from, _size, forLower, lowerPart, places);
            }
        });

        int[] Of(Half half) => [.. Enumerable.Range(0, count).Where(i => _halves[_kept[i]].HasFlag(half))];
    }

    private static int Tasks(int count, int each) => (count + each - 1) / each;

    private static void Gather(ReadOnlySpan<double> source, ReadOnlySpan<int> indices, Span<double> target)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            target[i] = source[indices[i]];
        }
    }

    private static int[] Rising(ReadOnlySpan<double> numbers)
    {
        var keys = numbers.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        return order;
    }

    /// <summary>
    /// Which pairs stay: not those with nothing of z, and of two values that are equal up to rounding a rotation takes z from one to the other.
    /// </summary>
    private void Deflate()
    {
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(_z));
        var tolerance = 8 * Rounding * Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude<double>(_values)), largest);
        if (_rho * largest <= tolerance)
        {
            _dropped.AddRange(Enumerable.Range(0, _size));
            return;
        }

        var previous = -1;
        for (var j = 0; j < _size; j++)
        {
            if (_rho * Math.Abs(_z[j]) <= tolerance)
            {
                _dropped.Add(j);
                continue;
            }

            if (previous >= 0)
            {
                var length = Math.Sqrt((_z[j] * _z[j]) + (_z[previous] * _z[previous]));
                var (cosine, sine) = (_z[j] / length, -_z[previous] / length);
                if (Math.Abs((_values[j] - _values[previous]) * cosine * sine) <= tolerance)
                {
                    Rotate(previous, j, cosine, sine);
                    _z[j] = length;
                    _dropped.Add(previous);
                }
                else
                {
                    _kept.Add(previous);
                }
            }

            previous = j;
        }

        _kept.Add(previous);
    }

    private void Rotate(int x, int y, double cosine, double sine)
    {
        _rotations.Add((_columns[x], _columns[y], cosine, sine));
        (_values[x], _values[y]) = ((_values[x] * cosine * cosine) + (_values[y] * sine * sine), (_values[x] * sine * sine) + (_values[y] * cosine * cosine));
        _halves[y] |= _halves[x];
    }

    /// <summary>Some rows of Q·U: the old rows, turned by the rotations, times their part of U, and what was left out, each at its value's place.</summary>
    private void Turn(Range rows, int task, int firstColumn, int lastColumn, int[] used, RowBlock part, int[] places)
    {
        var top = rows.Start.Value + (task * RowsOfTask);
        var height = Math.Min(RowsOfTask, rows.End.Value - top);
        var old = new double[_size];
        var turned = new RowBlock(GC.AllocateUninitializedArray<double>(height * used.Length), height, used.Length);
        var result = new RowBlock(GC.AllocateUninitializedArray<double>(height * _kept.Count), height, _kept.Count);
        for (var r = 0; r < height; r++)
        {
            var row = _vectors.Row(top + r)[_from.._to];
            Array.Clear(old);
            row[firstColumn..lastColumn].CopyTo(old.AsSpan(firstColumn));
            foreach (var (x, y, cosine, sine) in _rotations)
            {
                (old[x], old[y]) = ((cosine * old[x]) + (sine * old[y]), (cosine * old[y]) - (sine * old[x]));
            }

            for (var i = 0; i < used.Length; i++)
            {
                turned.Row(r)[i] = old[_columns[_kept[used[i]]]];
            }

            for (var i = 0; i < _dropped.Count; i++)
            {
                row[places[_kept.Count + i]] = old[_columns[_dropped[i]]];
            }
        }

        _product.Multiply(turned, part, result, transposeB: true);
        for (var r = 0; r < height; r++)
        {
            var source = result.Row(r);
            var row = _vectors.Row(top + r)[_from.._to];
            for (var j = 0; j < source.Length; j++)
            {
                row[places[j]] = source[j];
            }
        }
    }
}
