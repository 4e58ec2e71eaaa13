namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Triangular systems with many right-hand sides, block row by block row: each is one large product on the engine with all that is solved already, and a small
/// triangle.
/// </summary>
internal static class BlockedTriangular
{
    private const int Height = BlockedCholesky.Panel;

    /// <summary>The X with C·X = <paramref name="b"/>, or Cᵀ·X = <paramref name="b"/>; C's upper triangle is not read.</summary>
    public static Matrix Solve(EngineProduct product, Matrix factor, Matrix b, bool transpose)
    {
        if (factor.Rows != factor.Columns || factor.Rows != b.Rows)
        {
            throw new ArgumentException($"A {factor.Rows}×{factor.Columns} factor does not fit {b.Rows} rows on the right.", nameof(b));
        }

        var n = factor.Rows;
        var blocks = (n + Height - 1) / Height;
        var solution = Matrix.Uninitialized(n, b.Columns);
        for (var step = 0; step < blocks; step++)
        {
            var start = (transpose ? blocks - 1 - step : step) * Height;
            var height = Math.Min(Height, n - start);
            var end = start + height;
            var rows = b.RowBlock(start, height);
            if (step > 0)
            {
                rows = transpose
                    ? product.Subtract(rows, factor.Block(end, start, n - end, height), solution, end, n - end, transposeA: true)
                    : product.Subtract(rows, factor.Block(start, 0, height, start), solution, 0, start);
            }

            var inverse = SmallTriangle.Inverse(product, factor.Block(start, start, height, height));
            solution.SetBlock(start, 0, product.Multiply(inverse, rows, transposeA: transpose));
        }

        return solution;
    }
}
