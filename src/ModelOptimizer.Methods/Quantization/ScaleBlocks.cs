namespace ModelOptimizer.Methods.Quantization;

/// <summary>Which scales the numbers of a row have: one for all, or one for each block of columns that follow each other.</summary>
internal readonly struct ScaleBlocks
{
    /// <param name="columns">D, numbers of a row.</param>
    /// <param name="block">Numbers of a block, of which the last may have fewer; null for one block.</param>
    public ScaleBlocks(int columns, int? block)
    {
        Width = block ?? Math.Max(1, columns);
        Count = Math.Max(1, (columns + Width - 1) / Width);
    }

    /// <summary>Columns of a block.</summary>
    public int Width { get; }

    /// <summary>Scales of a row.</summary>
    public int Count { get; }

    /// <summary>The scales of <paramref name="row"/>, of those of all rows.</summary>
    public ScaleRow Row(float[] scales, int row) => new(scales, row * Count, Width);
}

/// <summary>The scales of a row by columns.</summary>
/// <param name="scales">Those of all rows.</param>
/// <param name="first">Where the row's begin.</param>
/// <param name="width">Columns of a block.</param>
internal readonly struct ScaleRow(float[] scales, int first, int width)
{
    /// <summary>The scale of a column.</summary>
    public float this[int column] => scales[first + (column / width)];
}
