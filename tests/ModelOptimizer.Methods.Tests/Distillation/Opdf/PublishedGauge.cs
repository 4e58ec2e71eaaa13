using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>The gauge as published: left and right parts of every bond by singular value decompositions, and P and Q from another one.</summary>
internal static class PublishedGauge
{
    public static Matrix[] Apply(ILinearAlgebra algebra, MatrixProductOperator operators)
    {
        var shape = operators.Shape;
        var n = shape.Count;
        var left = new Matrix[n];
        var right = new Matrix[n];
        left[0] = Matrix.Identity(1);
        for (var k = 1; k < n; k++)
        {
            var tensor = operators.Train.Cores[k - 1];
            var product = algebra.Multiply(left[k - 1], tensor.Reshape(shape.Bonds[k - 1], tensor.Values.Length / shape.Bonds[k - 1]));
            var (_, s, vt) = algebra.Svd(product.Reshape(product.Values.Length / shape.Bonds[k], shape.Bonds[k]));
            left[k] = Scaled(vt, s, 1, rows: true);
        }

        var behind = Matrix.Identity(1);
        for (var k = n - 1; k > 0; k--)
        {
            var product = algebra.Multiply(operators.Train.Cores[k], behind);
            var (u, s, _) = algebra.Svd(product.Reshape(shape.Bonds[k], product.Values.Length / shape.Bonds[k]));
            behind = right[k] = Scaled(u, s, 1, rows: false);
        }

        var tensors = operators.Train.Cores.ToArray();
        for (var k = 1; k < n; k++)
        {
            var (u, s, vt) = algebra.Svd(algebra.Multiply(left[k], right[k]));
            var p = Scaled(algebra.Multiply(right[k], vt, transposeB: true), s, -0.5, rows: false);
            var q = Scaled(algebra.Multiply(u, left[k], transposeA: true), s, -0.5, rows: true);
            tensors[k - 1] = algebra.Multiply(tensors[k - 1], p);
            var next = tensors[k];
            tensors[k] = algebra.Multiply(q, next.Reshape(shape.Bonds[k], next.Values.Length / shape.Bonds[k])).Reshape(next.Rows, next.Columns);
        }

        return tensors;
    }

    private static Matrix Scaled(Matrix matrix, double[] s, double power, bool rows)
    {
        var result = matrix.Clone();
        for (var i = 0; i < result.Rows; i++)
        {
            for (var j = 0; j < result.Columns; j++)
            {
                result[i, j] *= Math.Pow(s[rows ? i : j], power);
            }
        }

        return result;
    }
}
