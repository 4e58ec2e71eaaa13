namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Left-looking Cholesky factorisation: each panel is one large product on the engine with all panels before it, and its own small triangle.</summary>
internal static class BlockedCholesky
{
    /// <summary>Columns of a panel: enough for products at full speed, few enough that its triangle does not count.</summary>
    public const int Panel = 512;

    /// <summary>The lower factor of <paramref name="a"/>, whose upper triangle is not read; in place, not written either.</summary>
    public static Matrix Factor(EngineProduct product, Matrix a, bool inPlace)
    {
        if (a.Rows != a.Columns)
        {
            throw new ArgumentException($"A {a.Rows}×{a.Columns} matrix has no Cholesky factor.", nameof(a));
        }

        var n = a.Rows;
        var factor = inPlace ? a : new Matrix(n, n);
        for (var start = 0; start < n; start += Panel)
        {
            var width = Math.Min(Panel, n - start);
            var panel = a.Block(start, start, n - start, width);
            if (start > 0)
            {
                // A[k:,k] − L[k:,:k]·L[k,:k]ᵀ; the rows of panel k come first.
                var left = factor.Block(start, 0, n - start, start);
                panel = product.Subtract(panel, left, left, 0, width, transposeB: true);
            }

            var top = SmallTriangle.Factor(product, panel.RowBlock(0, width));
            for (var row = 0; row < width; row++)
            {
                top.Row(row)[..(row + 1)].CopyTo(factor.Row(start + row)[start..]);
            }

            if (start + width < n)
            {
                factor.SetBlock(
                    start + width,
                    start,
                    product.Multiply(panel.RowBlock(width, n - start - width), SmallTriangle.Inverse(product, top), transposeB: true)
                );
            }
        }

        return factor;
    }
}
