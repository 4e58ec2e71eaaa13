using MathNet.Numerics.LinearAlgebra;
using ModelOptimizer.Methods.Distillation;
using Matrix = ModelOptimizer.Tensors.LinearAlgebra.Matrix;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>Matrix product operators by their definition, index by index.</summary>
internal static class PlainMpo
{
    /// <summary>W[(i…),(j…)] as a product of the slices' matrices, for every pair of indices.</summary>
    public static Matrix Contract(MatrixProductOperator operators)
    {
        var shape = operators.Shape;
        var result = new Matrix(shape.RowExtent, shape.ColumnExtent);
        for (var row = 0; row < result.Rows; row++)
        {
            for (var column = 0; column < result.Columns; column++)
            {
                var (i, j) = (Digits(row, shape.Rows), Digits(column, shape.Columns));
                double[] bond = [1];
                for (var k = 0; k < shape.Count; k++)
                {
                    bond = Step(bond, operators.Train.Cores[k], (i[k] * shape.Columns[k]) + j[k], shape.Modes[k]);
                }

                result[row, column] = bond[0];
            }
        }

        return result;
    }

    /// <summary>The matrix whose rows are (i_1,j_1,…,i_k,j_k) and whose columns are the rest.</summary>
    public static Matrix<double> Unfolding(Matrix matrix, MpoShape shape, int k)
    {
        var height = Enumerable.Range(0, k).Aggregate(1, (product, m) => product * shape.Modes[m]);
        var result = Matrix<double>.Build.Dense(height, matrix.Values.Length / height);
        for (var row = 0; row < matrix.Rows; row++)
        {
            for (var column = 0; column < matrix.Columns; column++)
            {
                var (i, j) = (Digits(row, shape.Rows), Digits(column, shape.Columns));
                var place = 0;
                for (var m = 0; m < shape.Count; m++)
                {
                    place = (((place * shape.Rows[m]) + i[m]) * shape.Columns[m]) + j[m];
                }

                result[place / result.ColumnCount, place % result.ColumnCount] = matrix[row, column];
            }
        }

        return result;
    }

    private static double[] Step(double[] bond, Matrix tensor, int slice, int pair)
    {
        var next = new double[tensor.Columns];
        for (var a = 0; a < bond.Length; a++)
        {
            for (var b = 0; b < next.Length; b++)
            {
                next[b] += bond[a] * tensor[(a * pair) + slice, b];
            }
        }

        return next;
    }

    private static int[] Digits(int index, IReadOnlyList<int> factors)
    {
        var digits = new int[factors.Count];
        for (var k = factors.Count - 1; k >= 0; k--)
        {
            (digits[k], index) = (index % factors[k], index / factors[k]);
        }

        return digits;
    }
}
