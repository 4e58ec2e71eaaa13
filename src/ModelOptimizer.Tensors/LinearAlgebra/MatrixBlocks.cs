namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Copies of parts of a matrix.</summary>
internal static class MatrixBlocks
{
    public static Matrix Block(this Matrix source, int row, int column, int rows, int columns)
    {
        var block = Matrix.Uninitialized(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            source.Row(row + i).Slice(column, columns).CopyTo(block.Row(i));
        }

        return block;
    }

    /// <summary>Whole rows: one copy.</summary>
    public static Matrix RowBlock(this Matrix source, int row, int rows)
    {
        var block = Matrix.Uninitialized(rows, source.Columns);
        source.Values.AsSpan(row * source.Columns, rows * source.Columns).CopyTo(block.Values);
        return block;
    }

    public static void SetBlock(this Matrix target, int row, int column, Matrix block)
    {
        for (var i = 0; i < block.Rows; i++)
        {
            block.Row(i).CopyTo(target.Row(row + i)[column..]);
        }
    }
}
