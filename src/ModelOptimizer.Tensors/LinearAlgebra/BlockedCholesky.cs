namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Right-looking Cholesky factorisation of a matrix cut into <see cref="Tiles"/>: the tiles are arrays of their own, so all but the diagonal tiles' own triangles is a
/// product on the engine without copies.
/// </summary>
internal static class BlockedCholesky
{
    /// <summary>The lower factor of <paramref name="a"/>, whose upper triangle is not read.</summary>
    public static Matrix Factor(EngineProduct product, Matrix a)
    {
        if (a.Rows != a.Columns)
        {
            throw new ArgumentException($"A {a.Rows}×{a.Columns} matrix has no Cholesky factor.", nameof(a));
        }

        if (a.Rows <= Tiles.Size)
        {
            return SmallTriangle.Factor(product, a);
        }

        var tiles = Tiles.OfLowerTriangle(a);
        for (var k = 0; k < tiles.Count; k++)
        {
            tiles[k, k] = SmallTriangle.Factor(product, tiles[k, k]);
            if (k + 1 == tiles.Count)
            {
                break;
            }

            // L_ik = A_ik·L_kk⁻ᵀ; A_ij − L_ik·L_jkᵀ
            var inverse = SmallTriangle.Inverse(product, tiles[k, k]);
            for (var i = k + 1; i < tiles.Count; i++)
            {
                tiles[i, k] = product.Multiply(tiles[i, k], inverse, transposeB: true);
                for (var j = k + 1; j <= i; j++)
                {
                    tiles.Subtract(product, i, j, tiles[i, k], tiles[j, k]);
                }
            }
        }

        return tiles.ToMatrix();
    }
}
