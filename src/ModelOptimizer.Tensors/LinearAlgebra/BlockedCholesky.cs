using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Left-looking Cholesky factorisation: all but the panels' own triangles is a product on the engine.</summary>
internal static class BlockedCholesky
{
    private const int Panel = 128;

    /// <summary>The lower factor of <paramref name="a"/>, whose upper triangle is not read.</summary>
    public static Matrix Factor(EngineProduct product, Matrix a)
    {
        if (a.Rows != a.Columns)
        {
            throw new ArgumentException($"A {a.Rows}×{a.Columns} matrix has no Cholesky factor.", nameof(a));
        }

        var n = a.Rows;
        var factor = new Matrix(n, n);
        for (var start = 0; start < n; start += Panel)
        {
            var width = Math.Min(Panel, n - start);
            var panel = a.Block(start, start, n - start, width);
            if (start > 0)
            {
                // A[k:,k] − L[k:,:k]·L[k,:k]ᵀ
                var left = factor.Block(start, 0, n - start, start);
                panel = product.Subtract(panel, left, left.Block(0, 0, width, start), transposeB: true);
            }

            FactorTriangle(panel, width);
            SolveBelow(panel, width);
            factor.SetBlock(start, start, panel);
        }

        return factor;
    }

    private static void FactorTriangle(Matrix panel, int width)
    {
        for (var i = 0; i < width; i++)
        {
            var row = panel.Row(i);
            for (var j = 0; j < i; j++)
            {
                var above = panel.Row(j);
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], above[..j])) / above[j];
            }

            var pivot = row[i] - TensorPrimitives.SumOfSquares<double>(row[..i]);
            if (!(pivot > 0) || !double.IsFinite(pivot))
            {
                throw new NotPositiveDefiniteException();
            }

            row[i] = Math.Sqrt(pivot);
            row[(i + 1)..].Clear();
        }
    }

    private static void SolveBelow(Matrix panel, int width) => Parallel.For(width, panel.Rows, i =>
    {
        var row = panel.Row(i);
        for (var j = 0; j < width; j++)
        {
            var triangle = panel.Row(j);
            row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], triangle[..j])) / triangle[j];
        }
    });
}
