using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>A dense float64 matrix in row-major order. The numbers are shared, not copied.</summary>
internal sealed class Matrix
{
    // Both sides of a tile's transposition stay in the first cache.
    private const int Tile = 32;

    /// <summary>A zero matrix.</summary>
    public Matrix(int rows, int columns)
        : this(rows, columns, new double[Expected(rows, columns)])
    {
    }

    /// <summary>A matrix over <paramref name="values"/>, <c>rows·columns</c> long.</summary>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public Matrix(int rows, int columns, double[] values)
    {
        if (values.LongLength != (long)rows * columns)
        {
            throw new ArgumentException($"{rows}×{columns} needs {(long)rows * columns} values, not {values.LongLength}.", nameof(values));
        }

        Rows = rows;
        Columns = columns;
        Values = values;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>The numbers, row by row.</summary>
    public double[] Values { get; }

    /// <summary>One number.</summary>
    public double this[int row, int column]
    {
        get => Values[((long)row * Columns) + column];
        set => Values[((long)row * Columns) + column] = value;
    }

    /// <summary>One row, without a copy.</summary>
    public Span<double> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The identity of <paramref name="size"/>.</summary>
    public static Matrix Identity(int size)
    {
        var identity = new Matrix(size, size);
        for (var i = 0; i < size; i++)
        {
            identity[i, i] = 1;
        }

        return identity;
    }

    /// <summary>A matrix whose numbers are anything: for results that are written as a whole.</summary>
    internal static Matrix Uninitialized(int rows, int columns) => new(rows, columns, GC.AllocateUninitializedArray<double>(Expected(rows, columns)));

    /// <summary>A copy with rows and columns exchanged.</summary>
    public Matrix Transpose()
    {
        var result = Uninitialized(Columns, Rows);
        CopyTransposed(result, 0);
        return result;
    }

    /// <summary>Writes the transpose to the columns of <paramref name="target"/> from <paramref name="column"/> on.</summary>
    internal void CopyTransposed(Matrix target, int column)
    {
        for (var top = 0; top < Rows; top += Tile)
        {
            var end = Math.Min(top + Tile, Rows);
            for (var left = 0; left < Columns; left += Tile)
            {
                var last = Math.Min(left + Tile, Columns);
                for (var i = top; i < end; i++)
                {
                    for (var j = left; j < last; j++)
                    {
                        target.Values[(j * target.Columns) + column + i] = Values[(i * Columns) + j];
                    }
                }
            }
        }
    }

    /// <summary>The first <paramref name="count"/> columns, copied.</summary>
    public Matrix LeadingColumns(int count)
    {
        var result = new Matrix(Rows, count);
        for (var i = 0; i < Rows; i++)
        {
            Row(i)[..count].CopyTo(result.Row(i));
        }

        return result;
    }

    /// <summary>A copy.</summary>
    public Matrix Clone()
    {
        var clone = Uninitialized(Rows, Columns);
        Values.CopyTo(clone.Values, 0);
        return clone;
    }

    /// <summary>The same numbers, seen with another shape of as many elements.</summary>
    public Matrix Reshape(int rows, int columns) => new(rows, columns, Values);

    private static int Expected(int rows, int columns)
    {
        var count = checked(rows * columns);
        WorkingMemory.Expect(sizeof(double) * (long)count);
        return count;
    }
}
