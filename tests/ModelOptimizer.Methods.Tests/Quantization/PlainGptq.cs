using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Quantization;

/// <summary>
/// The loop of optimal brain quantisation with a fixed order of columns, as it is derived: after each column the inverse of H of the columns that are left, by
/// elimination from the whole inverse, and every column that is left moves by −(w − ŵ)/[H⁻¹]_kk · [H⁻¹]_k,j.
/// </summary>
internal static class PlainGptq
{
    public static sbyte[] Round(Matrix weight, Matrix sigma, float[] scales, WeightFormat format)
    {
        var size = sigma.Rows;
        var hessian = sigma.Clone();
        var trace = Enumerable.Range(0, size).Sum(i => sigma[i, i]);
        for (var i = 0; i < size; i++)
        {
            hessian[i, i] += 0.01 * trace / size;
        }

        var inverse = Inverse(hessian);
        var left = weight.Clone();
        var codes = new sbyte[weight.Values.Length];
        foreach (var k in Enumerable.Range(0, size).OrderByDescending(d => sigma[d, d]).ThenBy(d => d))
        {
            for (var row = 0; row < weight.Rows; row++)
            {
                var code = format.Code(left[row, k], scales[row]);
                codes[(row * size) + k] = (sbyte)code;
                var step = (left[row, k] - (code * (double)scales[row])) / inverse[k, k];
                for (var j = 0; j < size; j++)
                {
                    left[row, j] -= step * inverse[k, j];
                }
            }

            var column = Enumerable.Range(0, size).Select(i => inverse[i, k]).ToArray();
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    inverse[i, j] -= column[i] * column[j] / column[k];
                }
            }
        }

        return codes;
    }

    // Gauss and Jordan, with pivots from the diagonal: the matrix is positive definite.
    private static Matrix Inverse(Matrix matrix)
    {
        var (a, result) = (matrix.Clone(), Matrix.Identity(matrix.Rows));
        for (var k = 0; k < a.Rows; k++)
        {
            var pivot = a[k, k];
            for (var j = 0; j < a.Rows; j++)
            {
                a[k, j] /= pivot;
                result[k, j] /= pivot;
            }

            for (var i = 0; i < a.Rows; i++)
            {
                var factor = a[i, k];
                for (var j = 0; j < a.Rows && i != k; j++)
                {
                    a[i, j] -= factor * a[k, j];
                    result[i, j] -= factor * result[k, j];
                }
            }
        }

        return result;
    }
}
