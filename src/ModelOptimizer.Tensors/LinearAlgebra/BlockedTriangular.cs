namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Triangular systems with many right-hand sides, tile row by tile row; everything but the inverses of small triangles is a product on the engine.</summary>
internal static class BlockedTriangular
{
    /// <summary>The X with C·X = <paramref name="b"/>, or Cᵀ·X = <paramref name="b"/>; C's upper triangle is not read.</summary>
    public static Matrix Solve(EngineProduct product, Matrix factor, Matrix b, bool transpose)
    {
        if (factor.Rows != factor.Columns || factor.Rows != b.Rows)
        {
            throw new ArgumentException($"A {factor.Rows}×{factor.Columns} factor does not fit {b.Rows} rows on the right.", nameof(b));
        }

        var n = factor.Rows;
        var count = (n + Tiles.Size - 1) / Tiles.Size;
        var solved = new Matrix[count];
        var solution = Matrix.Uninitialized(n, b.Columns);
        for (var step = 0; step < count; step++)
        {
            var i = transpose ? count - 1 - step : step;
            var (start, height) = (i * Tiles.Size, Math.Min(Tiles.Size, n - (i * Tiles.Size)));
            var rows = b.Block(start, 0, height, b.Columns);
            var spare = Matrix.Uninitialized(height, b.Columns);
            for (var other = 0; other < step; other++)
            {
                var j = transpose ? count - 1 - other : other;
                var tile = transpose
                    ? factor.Block(j * Tiles.Size, start, solved[j].Rows, height)
                    : factor.Block(start, j * Tiles.Size, height, solved[j].Rows);
                product.Subtract(rows, tile, solved[j], spare, transposeA: transpose);
                (rows, spare) = (spare, rows);
            }

            solved[i] = product.Multiply(SmallTriangle.Inverse(product, factor.Block(start, start, height, height)), rows, transposeA: transpose);
            solution.SetBlock(start, 0, solved[i]);
        }

        return solution;
    }
}
