using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

/// <summary>Seeded matrices, and products by plain loops to compare with.</summary>
internal static class Numbers
{
    public static Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            matrix.Values[i] = (2 * random.NextDouble()) - 1;
        }

        return matrix;
    }

    public static Matrix PositiveDefinite(int size, int seed)
    {
        var root = Random(size, size, seed);
        var result = Multiply(root, root.Transpose());
        for (var i = 0; i < size; i++)
        {
            result[i, i] += 0.1 * size;
        }

        return result;
    }

    public static Matrix Multiply(Matrix a, Matrix b)
    {
        var result = new Matrix(a.Rows, b.Columns);
        for (var i = 0; i < a.Rows; i++)
        {
            var target = result.Row(i);
            for (var k = 0; k < a.Columns; k++)
            {
                var factor = a[i, k];
                var source = b.Row(k);
                for (var j = 0; j < target.Length; j++)
                {
                    target[j] += factor * source[j];
                }
            }
        }

        return result;
    }

    public static Matrix Scale(Matrix a, double[] columns)
    {
        var result = a.Clone();
        for (var i = 0; i < a.Rows; i++)
        {
            for (var j = 0; j < a.Columns; j++)
            {
                result[i, j] *= columns[j];
            }
        }

        return result;
    }

    /// <summary>Largest difference relative to the largest entry.</summary>
    public static double Distance(Matrix found, Matrix expected)
    {
        (found.Rows, found.Columns).ShouldBe((expected.Rows, expected.Columns));
        var scale = expected.Values.Select(Math.Abs).DefaultIfEmpty(0).Max();
        return found.Values.Zip(expected.Values, (f, e) => Math.Abs(f - e)).DefaultIfEmpty(0).Max() / (scale == 0 ? 1 : scale);
    }
}
