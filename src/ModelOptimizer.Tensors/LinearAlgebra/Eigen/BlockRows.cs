namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// The lower triangle of a symmetric matrix as block rows, each a row-major matrix that ends with its diagonal block: a product is subtracted from a block row
/// in place, and of a symmetric matrix little more than half is stored, read and written.
/// </summary>
internal sealed class BlockRows
{
    public const int Height = 128;

    private readonly double[][] _blocks;

    /// <summary>A copy of <paramref name="a"/> times <paramref name="scale"/>; its upper triangle is not read.</summary>
    public BlockRows(Matrix a, double scale)
    {
        Size = a.Rows;
        _blocks = new double[BlocksOf(Size)][];
        for (var b = 0; b < _blocks.Length; b++)
        {
            var top = b * Height;
            _blocks[b] = new double[Math.Min(Height, Size - top) * Stride(top)];
            for (var r = top; r < Math.Min(top + Height, Size); r++)
            {
                System.Numerics.Tensors.TensorPrimitives.Multiply(a.Row(r)[..(r + 1)], scale, Row(r)[..(r + 1)]);
            }
        }
    }

    public int Size { get; }

    public static int BlocksOf(int rows) => (rows + Height - 1) / Height;

    /// <summary>The block row's numbers; row r begins at <see cref="Start"/>, and the next <see cref="Stride"/> further on.</summary>
    public double[] BlockOf(int row) => _blocks[row / Height];

    public int Stride(int row) => Math.Min(((row / Height) + 1) * Height, Size);

    public int Start(int row) => (row % Height) * Stride(row);

    public Span<double> Row(int row) => BlockOf(row).AsSpan(Start(row), Stride(row));

    /// <summary>Block row <paramref name="block"/>, of which the rows from <paramref name="size"/> on are left away.</summary>
    public RowBlock Block(int block, int size)
    {
        var top = block * Height;
        return new(_blocks[block], 0, Math.Min(Height, size - top), Stride(top));
    }
}
