using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Triangular systems with many right-hand sides, block row by block row; all but the diagonal blocks is a product on the engine.</summary>
internal static class BlockedTriangular
{
    private const int Block = 128;

    /// <summary>The X with C·X = <paramref name="b"/>, or Cᵀ·X = <paramref name="b"/>; C's upper triangle is not read.</summary>
    public static Matrix Solve(EngineProduct product, Matrix factor, Matrix b, bool transpose)
    {
        if (factor.Rows != factor.Columns || factor.Rows != b.Rows)
        {
            throw new ArgumentException($"A {factor.Rows}×{factor.Columns} factor does not fit {b.Rows} rows on the right.", nameof(b));
        }

        var n = factor.Rows;
        var solution = new Matrix(n, b.Columns);
        var blocks = (n + Block - 1) / Block;
        for (var step = 0; step < blocks; step++)
        {
            var start = (transpose ? blocks - 1 - step : step) * Block;
            var height = Math.Min(Block, n - start);
            var end = start + height;
            var rows = b.Block(start, 0, height, b.Columns);
            rows = transpose
                ? product.Subtract(rows, factor.Block(end, start, n - end, height), solution.Block(end, 0, n - end, b.Columns), transposeA: true)
                : product.Subtract(rows, factor.Block(start, 0, height, start), solution.Block(0, 0, start, b.Columns));
            SolveDiagonal(factor, start, rows, transpose);
            solution.SetBlock(start, 0, rows);
        }

        return solution;
    }

    private static void SolveDiagonal(Matrix factor, int start, Matrix rows, bool transpose)
    {
        for (var step = 0; step < rows.Rows; step++)
        {
            var i = transpose ? rows.Rows - 1 - step : step;
            var row = rows.Row(i);
            var (first, last) = transpose ? (i + 1, rows.Rows) : (0, i);
            for (var j = first; j < last; j++)
            {
                var coefficient = transpose ? factor[start + j, start + i] : factor[start + i, start + j];
                TensorPrimitives.MultiplyAdd(rows.Row(j), -coefficient, row, row);
            }

            TensorPrimitives.Divide(row, factor[start + i, start + i], row);
        }
    }
}
