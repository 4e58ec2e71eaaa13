using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// <see cref="SuccessiveRounding"/> of few samples, without a D×D matrix: with H = F·Fᵀ + r·I, F the inputs' rows f_k of n numbers each, the errors e_j of the
/// columns before k are u = Σ_{j&lt;k} e_j·f_j in the samples, and what column k makes up for is g_kᵀ·u, g_k = M_k⁻¹·f_k, M_k = r·I + Σ_{j≥k} f_j·f_jᵀ (n×n).
/// From M_{k+1} to M_k is one term (Sherman and Morrison), and R_kk² = r·(1 + f_kᵀ·M_{k+1}⁻¹·f_k).
/// </summary>
internal sealed class SpanRounding : IRounding
{
    private readonly int[] _order;

    // f_k and g_k as rows, in that order, D×n.
    private readonly Matrix _inputs;
    private readonly Matrix _feedback;

    /// <param name="span">X/√n, n×D, not zero.</param>
    public SpanRounding(Matrix span)
    {
        var (count, size) = (span.Rows, span.Columns);
        var transposed = span.Transpose();
        double[] diagonal = [.. Enumerable.Range(0, size).Select(d => TensorPrimitives.SumOfSquares<double>(transposed.Row(d)))];
        _order = [.. Enumerable.Range(0, size).OrderByDescending(d => diagonal[d]).ThenBy(d => d)];
        (_inputs, _feedback) = (new Matrix(size, count), new Matrix(size, count));
        var ridge = IRounding.Damping * diagonal.Sum() / size;
        var inverse = Matrix.Identity(count);
        TensorPrimitives.Divide(inverse.Values, ridge, inverse.Values);
        var (along, logarithms) = (new double[count], 0.0);
        for (var k = size - 1; k >= 0; k--)
        {
            var input = _inputs.Row(k);
            transposed.Row(_order[k]).CopyTo(input);
            for (var row = 0; row < count; row++)
            {
                along[row] = TensorPrimitives.Dot<double>(inverse.Row(row), input);
            }

            var scale = 1 + TensorPrimitives.Dot<double>(along, input);
            logarithms += Math.Log(ridge * scale) / 2;
            TensorPrimitives.Divide(along, scale, _feedback.Row(k));
            for (var row = 0; row < count; row++)
            {
                TensorPrimitives.MultiplyAdd(_feedback.Row(k), -along[row], inverse.Row(row), inverse.Row(row));
            }
        }

        LogDiagonal = logarithms / size;
    }

    /// <inheritdoc/>
    public double LogDiagonal { get; }

    /// <inheritdoc/>
    public void Round(Matrix weight, int first, int rows, float[] scales, WeightFormat format, sbyte[] codes, int? block = null) =>
        Parallel.For(first, first + rows, row =>
        {
            var numbers = weight.Row(row);
            var own = new ScaleBlocks(weight.Columns, block).Row(scales, row);
            var errors = new double[_inputs.Columns];
            for (var k = 0; k < _order.Length; k++)
            {
                var column = _order[k];
                var code = format.Code(numbers[column] + TensorPrimitives.Dot<double>(_feedback.Row(k), errors), own[column]);
                codes[(row * weight.Columns) + column] = (sbyte)code;
                TensorPrimitives.MultiplyAdd(_inputs.Row(k), numbers[column] - WeightFormat.Value(code, own[column]), errors, errors);
            }
        });
}
