namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Which axis of a weight counts the output channels, in row-major order: number (o·<paramref name="Count"/> + t)·<paramref name="Inner"/> + i belongs to
/// channel t.
/// </summary>
/// <param name="Outer">Numbers in front of the axis.</param>
/// <param name="Count">T.</param>
/// <param name="Inner">Numbers behind it.</param>
/// <param name="ScaleDims">The shape of T scales beside the weight, 1 where they repeat.</param>
internal sealed record ChannelAxis(int Outer, int Count, int Inner, long[] ScaleDims)
{
    /// <summary>D, weights of a channel.</summary>
    public int Width => Outer * Inner;

    /// <summary>The axis <paramref name="axis"/> of <paramref name="dims"/>, with <paramref name="merged"/> − 1 axes before it counting channels too.</summary>
    public static ChannelAxis Of(IReadOnlyList<long> dims, int axis, int merged = 1)
    {
        var first = axis - merged + 1;
        return new(
            Product(dims.Take(first)),
            Product(dims.Skip(first).Take(merged)),
            Product(dims.Skip(axis + 1)),
            [.. dims.Select((extent, i) => i >= first && i <= axis ? extent : 1)]);
    }

    /// <summary>All numbers of a tensor as one channel.</summary>
    public static ChannelAxis Whole(IReadOnlyList<long> dims) => new(1, 1, Product(dims), [.. dims.Select(_ => 1L)]);

    /// <summary>The channel of the number <paramref name="stored"/>, and which of the channel's numbers it is.</summary>
    public (int Row, int Column) Place(int stored) => (stored / Inner % Count, (stored / (Inner * Count) * Inner) + (stored % Inner));

    /// <summary>The numbers as T×D, a row for each channel, in the order in which they are stored.</summary>
    public Matrix ToRows(double[] values)
    {
        var rows = new Matrix(Count, Width);
        Visit((stored, row, column) => rows[row, column] = values[stored]);
        return rows;
    }

    /// <summary>Codes of rows in the order of the tensor.</summary>
    public sbyte[] ToStored(sbyte[] rows)
    {
        if (Outer == 1)
        {
            return rows;
        }

        var stored = new sbyte[rows.Length];
        Visit((index, row, column) => stored[index] = rows[(row * Width) + column]);
        return stored;
    }

    private void Visit(Action<int, int, int> visit)
    {
        for (var (o, stored) = (0, 0); o < Outer; o++)
        {
            for (var row = 0; row < Count; row++)
            {
                for (var i = 0; i < Inner; i++, stored++)
                {
                    visit(stored, row, (o * Inner) + i);
                }
            }
        }
    }

    private static int Product(IEnumerable<long> extents) => (int)extents.Product();
}
