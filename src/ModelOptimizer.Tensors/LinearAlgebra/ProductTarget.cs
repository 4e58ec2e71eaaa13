namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Where a product is written.</summary>
internal static class ProductTarget
{
    /// <summary><paramref name="into"/>, or a new matrix for op(a)·op(b) whose numbers are anything.</summary>
    /// <exception cref="ArgumentException">The inner dimensions differ, or <paramref name="into"/> has another shape.</exception>
    public static Matrix Of(Matrix a, Matrix b, bool transposeA, bool transposeB, Matrix? into)
    {
        var (rows, inner) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (other, columns) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        if (inner != other)
        {
            throw new ArgumentException($"{rows}×{inner} times {other}×{columns} is not defined.", nameof(b));
        }

        if (into is not null && (into.Rows != rows || into.Columns != columns))
        {
            throw new ArgumentException($"A {rows}×{columns} product does not fit into {into.Rows}×{into.Columns}.", nameof(into));
        }

        return into ?? Matrix.Uninitialized(rows, columns);
    }
}
