using ModelOptimizer.Methods.Distillation;
using Matrix = ModelOptimizer.Tensors.LinearAlgebra.Matrix;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>∂L/∂T_k = Left_kᵀ·G·Right_kᵀ slice by slice, in float64: G is ∂L/∂W in the order of the pairs.</summary>
internal static class PlainGradient
{
    public static Matrix[] Of(MatrixProductOperator operators, Matrix gradient)
    {
        var shape = operators.Shape;
        var pairs = PairOrder.FromMatrix(gradient, shape);
        return
        [
            .. operators.Train.Cores.Select((tensor, k) =>
            {
                var (left, right) = (Left(operators, k), Right(operators, k));
                var (pair, behind) = (shape.Modes[k], right.Columns);
                var result = new Matrix(tensor.Rows, tensor.Columns);
                for (var a = 0; a < shape.Bonds[k]; a++)
                {
                    for (var slice = 0; slice < pair; slice++)
                    {
                        for (var b = 0; b < shape.Bonds[k + 1]; b++)
                        {
                            for (var before = 0; before < left.Rows; before++)
                            {
                                for (var after = 0; after < behind; after++)
                                {
                                    result[(a * pair) + slice, b] += left[before, a] * pairs[(((before * pair) + slice) * behind) + after] * right[b, after];
                                }
                            }
                        }
                    }
                }

                return result;
            }),
        ];
    }

    /// <summary>T_1…T_{k−1} as (Π i·j)×d_{k−1}.</summary>
    public static Matrix Left(MatrixProductOperator operators, int k)
    {
        var product = Matrix.Identity(1);
        for (var m = 0; m < k; m++)
        {
            product = Times(product, operators.Train.Cores[m], operators.Shape.Bonds[m + 1]);
        }

        return product;
    }

    /// <summary>T_{k+1}…T_n as d_k×(Π i·j).</summary>
    public static Matrix Right(MatrixProductOperator operators, int k)
    {
        var product = Matrix.Identity(operators.Shape.Bonds[k + 1]);
        for (var m = k + 1; m < operators.Shape.Count; m++)
        {
            product = Times(product, operators.Train.Cores[m], operators.Shape.Bonds[m + 1]);
        }

        return product.Reshape(operators.Shape.Bonds[k + 1], product.Values.Length / operators.Shape.Bonds[k + 1]);
    }

    private static Matrix Times(Matrix product, Matrix tensor, int bond)
    {
        var flat = tensor.Reshape(product.Columns, tensor.Values.Length / product.Columns);
        var next = TestEngine.Shared.LinearAlgebra.Multiply(product, flat);
        return next.Reshape(next.Values.Length / bond, bond);
    }
}
