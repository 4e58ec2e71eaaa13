using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Triangles of the size of one tile: by halves, so that all but very small ones is a product on the engine.</summary>
internal static class SmallTriangle
{
    private const int Loops = 48;

    /// <summary>The lower Cholesky factor of <paramref name="a"/>, whose upper triangle is not read.</summary>
    public static Matrix Factor(EngineProduct product, Matrix a)
    {
        if (a.Rows <= Loops)
        {
            return FactorByLoops(a.Clone());
        }

        var (n, half) = (a.Rows, a.Rows / 2);
        var top = Factor(product, a.Block(0, 0, half, half));
        // L₂₁ = A₂₁·L₁₁⁻ᵀ, A₂₂ − L₂₁L₂₁ᵀ
        var left = product.Multiply(a.Block(half, 0, n - half, half), Inverse(product, top), transposeB: true);
        var rest = Difference(a.Block(half, half, n - half, n - half), product.Multiply(left, left, transposeB: true));
        return Join(top, left, Factor(product, rest));
    }

    /// <summary>C⁻¹ of a lower triangle; what is above the diagonal is not read.</summary>
    public static Matrix Inverse(EngineProduct product, Matrix factor)
    {
        if (factor.Rows <= Loops)
        {
            return InverseByLoops(factor);
        }

        var (n, half) = (factor.Rows, factor.Rows / 2);
        var top = Inverse(product, factor.Block(0, 0, half, half));
        var bottom = Inverse(product, factor.Block(half, half, n - half, n - half));
        var left = product.Multiply(bottom, product.Multiply(factor.Block(half, 0, n - half, half), top));
        TensorPrimitives.Negate(left.Values, left.Values);
        return Join(top, left, bottom);
    }

    private static Matrix Join(Matrix top, Matrix left, Matrix bottom)
    {
        var n = top.Rows + bottom.Rows;
        var result = new Matrix(n, n);
        result.SetBlock(0, 0, top);
        result.SetBlock(top.Rows, 0, left);
        result.SetBlock(top.Rows, top.Rows, bottom);
        return result;
    }

    private static Matrix Difference(Matrix a, Matrix b)
    {
        TensorPrimitives.Subtract(a.Values, b.Values, a.Values);
        return a;
    }

    private static Matrix FactorByLoops(Matrix a)
    {
        for (var i = 0; i < a.Rows; i++)
        {
            var row = a.Row(i);
            for (var j = 0; j < i; j++)
            {
                var above = a.Row(j);
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

        return a;
    }

    private static Matrix InverseByLoops(Matrix factor)
    {
        var inverse = Matrix.Identity(factor.Rows);
        for (var i = 0; i < factor.Rows; i++)
        {
            var row = inverse.Row(i);
            for (var j = 0; j < i; j++)
            {
                TensorPrimitives.MultiplyAdd(inverse.Row(j)[..(j + 1)], -factor[i, j], row[..(j + 1)], row);
            }

            TensorPrimitives.Divide(row[..(i + 1)], factor[i, i], row);
        }

        return inverse;
    }
}
