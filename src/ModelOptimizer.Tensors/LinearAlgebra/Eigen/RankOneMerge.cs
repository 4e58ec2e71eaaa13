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

    private readonly HostProduct product;
    private readonly Workers workers;
    private readonly Matrix vectors;
    private readonly double[] d;
    private readonly int from;
    private readonly int middle;
    private readonly int to;
    private readonly int size;

    // Rising by the halves' eigenvalues: the column, its value, its entry of z, and in whose rows it is not zero.
    private readonly int[] columns;
    private readonly double[] values;
    private readonly double[] z;
    private readonly Half[] halves;
    private readonly double rho;

    private readonly List<int> kept = [];
    private readonly List<int> dropped = [];
    private readonly List<(int X, int Y, double Cosine, double Sine)> rotations = [];

    public RankOneMerge(HostProduct product, Workers workers, Matrix vectors, double[] d, int from, int middle, int to, double corner)
    {
        (this.product, this.workers, this.vectors, this.d, this.from, this.middle, this.to, size) = (product, workers, vectors, d, from, middle, to, to - from);
        rho = 2 * Math.Abs(corner);
        columns = Rising(d.AsSpan(from, size));
        values = Array.ConvertAll(columns, column => d[from + column]);
        halves = Array.ConvertAll(columns, column => column < middle - from ? Half.Upper : Half.Lower);
        // z is the upper half's last row and the lower half's first, over √2 for length one.
        var (last, first) = vectors.Rows < d.Length ? (1, 0) : (middle - 1, middle);
        z = Array.ConvertAll(
            columns,
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
        var count = kept.Count;
        var gaps = new RowBlock(GC.AllocateUninitializedArray<double>(count * count), count, count);
        var roots = new double[count];
        double[] poles = [.. kept.Select(i => values[i])];
        var equation = new SecularEquation(poles, [.. kept.Select(i => z[i])], rho);
        workers.Run(Tasks(count, RootsOfTask), task =>
        {
            for (var j = task * RootsOfTask; j < Math.Min((task + 1) * RootsOfTask, count); j++)
            {
                roots[j] = equation.Root(j, gaps.Row(j));
            }
        });
        var exact = new double[count];
        workers.Run(Tasks(count, RangeOfTask), task =>
        {
            var start = task * RangeOfTask;
            equation.Exact(gaps, start, exact.AsSpan(start, Math.Min(RangeOfTask, count - start)));
        });

        // Whose rows of Q·U use which rows of U: the halves' zeros are left away.
        var (forUpper, forLower) = (Of(Half.Upper), Of(Half.Lower));
        var upperPart = new RowBlock(GC.AllocateUninitializedArray<double>(count * forUpper.Length), count, forUpper.Length);
        var lowerPart = new RowBlock(GC.AllocateUninitializedArray<double>(count * forLower.Length), count, forLower.Length);
        workers.Run(Tasks(count, RootsOfTask), task =>
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

        double[] found = [.. roots, .. dropped.Select(i => values[i])];
        var order = Rising(found);
        var places = new int[size];
        for (var i = 0; i < size; i++)
        {
            d[from + i] = found[order[i]];
            places[order[i]] = i;
        }

        var first = Tasks(upper.End.Value - upper.Start.Value, RowsOfTask);
        workers.Run(first + Tasks(lower.End.Value - lower.Start.Value, RowsOfTask), task =>
        {
            if (task < first)
            {
                Turn(upper, task, 0, middle - from, forUpper, upperPart, places);
            }
            else
            {
                Turn(lower, task - first, middle - from, size, forLower, lowerPart, places);
            }
        });

        int[] Of(Half half) => [.. Enumerable.Range(0, count).Where(i => halves[kept[i]].HasFlag(half))];
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
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(z));
        var tolerance = 8 * Rounding * Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude<double>(values)), largest);
        if (rho * largest <= tolerance)
        {
            dropped.AddRange(Enumerable.Range(0, size));
            return;
        }

        var previous = -1;
        for (var j = 0; j < size; j++)
        {
            if (rho * Math.Abs(z[j]) <= tolerance)
            {
                dropped.Add(j);
                continue;
            }

            if (previous >= 0)
            {
                var length = Math.Sqrt((z[j] * z[j]) + (z[previous] * z[previous]));
                var (cosine, sine) = (z[j] / length, -z[previous] / length);
                if (Math.Abs((values[j] - values[previous]) * cosine * sine) <= tolerance)
                {
                    Rotate(previous, j, cosine, sine);
                    z[j] = length;
                    dropped.Add(previous);
                }
                else
                {
                    kept.Add(previous);
                }
            }

            previous = j;
        }

        kept.Add(previous);
    }

    private void Rotate(int x, int y, double cosine, double sine)
    {
        rotations.Add((columns[x], columns[y], cosine, sine));
        (values[x], values[y]) = ((values[x] * cosine * cosine) + (values[y] * sine * sine), (values[x] * sine * sine) + (values[y] * cosine * cosine));
        halves[y] |= halves[x];
    }

    /// <summary>Some rows of Q·U: the old rows, turned by the rotations, times their part of U, and what was left out, each at its value's place.</summary>
    private void Turn(Range rows, int task, int firstColumn, int lastColumn, int[] used, RowBlock part, int[] places)
    {
        var top = rows.Start.Value + (task * RowsOfTask);
        var height = Math.Min(RowsOfTask, rows.End.Value - top);
        var old = new double[size];
        var turned = new RowBlock(GC.AllocateUninitializedArray<double>(height * used.Length), height, used.Length);
        var result = new RowBlock(GC.AllocateUninitializedArray<double>(height * kept.Count), height, kept.Count);
        for (var r = 0; r < height; r++)
        {
            var row = vectors.Row(top + r)[from..to];
            Array.Clear(old);
            row[firstColumn..lastColumn].CopyTo(old.AsSpan(firstColumn));
            foreach (var (x, y, cosine, sine) in rotations)
            {
                (old[x], old[y]) = ((cosine * old[x]) + (sine * old[y]), (cosine * old[y]) - (sine * old[x]));
            }

            for (var i = 0; i < used.Length; i++)
            {
                turned.Row(r)[i] = old[columns[kept[used[i]]]];
            }

            for (var i = 0; i < dropped.Count; i++)
            {
                row[places[kept.Count + i]] = old[columns[dropped[i]]];
            }
        }

        product.Multiply(turned, part, result, transposeB: true);
        for (var r = 0; r < height; r++)
        {
            var source = result.Row(r);
            var row = vectors.Row(top + r)[from..to];
            for (var j = 0; j < source.Length; j++)
            {
                row[places[j]] = source[j];
            }
        }
    }
}
