using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Rounds weights under H = Σ + 0.01·tr(Σ)/D·I = R·Rᵀ, column by column, each making up for the errors of those before it.</summary>
internal interface IRounding
{
    /// <summary>The ridge of H as a share of Σ's mean diagonal, as published.</summary>
    public const double Damping = 0.01;

    // More, and one column after the other takes longer than a factor of H.
    private const int MostInSpan = 1024;

    /// <summary>The mean of ln R_kk: what rounding errors count, in the mean over columns.</summary>
    double LogDiagonal { get; }

    /// <summary>Whether there is anything to round under.</summary>
    public static bool IsUsable(SecondMoment moment, int group) => moment.Diagonal(group).Sum() > 0;

    /// <summary>Predicted bytes, besides the moment, where a span is too large to round in.</summary>
    public static double Bytes(StepContext context, WeightLayer layer, int samples) => MomentBytes.Span(context, layer, samples) is > MostInSpan
        ? 3 * sizeof(double) * Math.Pow(layer.WeightCount / layer.OutputChannels, 2)
        : 0;

    /// <summary>What rounds under a moment: in the span of the samples where they are few.</summary>
    public static IRounding Under(ILinearAlgebra algebra, SecondMoment moment, int group) =>
        moment.Span is { Rows: <= MostInSpan } span ? new SpanRounding(span) : new SuccessiveRounding(algebra, moment.Sigma[group]);

    /// <summary>Rounds <paramref name="rows"/> rows of W.</summary>
    /// <param name="weight">W, T×D.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="scales">The scales of all rows of W.</param>
    /// <param name="format">The grid.</param>
    /// <param name="codes">T×D codes, of which these rows are written.</param>
    /// <param name="block">How many columns of a row have one scale (<see cref="ScaleBlocks"/>); null for all.</param>
    void Round(Matrix weight, int first, int rows, float[] scales, WeightFormat format, sbyte[] codes, int? block = null);
}

/// <summary>
/// Rounding under Σ, column by column, each column making up for the errors of those before it: GPTQ (Frantar, Ashkboos, Hoefler, Alistarh:
/// GPTQ. ICLR 2023, arXiv 2210.17323), in the form that Chee, Cai, Kuleshov, De Sa (QuIP. NeurIPS 2023, arXiv 2307.13304, theorem 6) prove
/// to be the same and that needs no inverse: with H = R·Rᵀ, R upper triangular, tr(E·H·Eᵀ) = Σ_k R_kk²·‖e_k + Σ_{j&lt;k} e_j·R_jk/R_kk‖²,
/// E = W − Ŵ, and column k of Ŵ takes the grid's numbers nearest to w_k + Σ_{j&lt;k} e_j·R_jk/R_kk. The columns
/// of the largest H_dd come first, while there are columns left that can make up for them.
/// </summary>
internal sealed class SuccessiveRounding : IRounding
{
    /// <summary>Columns between two products on the engine.</summary>
    public const int Block = 128;

    private readonly ILinearAlgebra _algebra;
    private readonly int _block;
    private readonly int[] _order;
    private readonly Matrix _factor;

    /// <summary>Factorises H.</summary>
    /// <param name="algebra">For the factor and the products.</param>
    /// <param name="sigma">Σ, D×D, not zero. It may have any rank: the ridge makes H regular.</param>
    /// <param name="block">Columns between two products; the result is the same for all, but for what summing in another order does to draws.</param>
    public SuccessiveRounding(ILinearAlgebra algebra, Matrix sigma, int block = Block)
    {
        (_algebra, _block) = (algebra, block);
        var size = sigma.Rows;
        var ridge = IRounding.Damping * Trace(sigma) / size;
        _order = [.. Enumerable.Range(0, size).OrderByDescending(d => sigma[d, d]).ThenBy(d => d)];
        (_factor, LogDiagonal) = FeedbackFactor(algebra, sigma, ridge, _order);
    }

    /// <inheritdoc/>
    public double LogDiagonal { get; }

    /// <inheritdoc/>
    public void Round(Matrix weight, int first, int rows, float[] scales, WeightFormat format, sbyte[] codes, int? block = null)
    {
        var size = weight.Columns;
        var blocks = new ScaleBlocks(size, block);
        // Errors by column, so that those of all columns before one are one piece.
        var errors = new Matrix(size, rows);
        for (var start = 0; start < size; start += _block)
        {
            var width = Math.Min(_block, size - start);
            var feedback = start == 0 ? null : _algebra.Multiply(Columns(start, start, width), Leading(errors, start), transposeA: true);
            var begin = start;
            Parallel.For(0, rows, row =>
            {
                Span<double> wanted = stackalloc double[Block];
                wanted = width <= Block ? wanted[..width] : new double[width];
                for (var i = 0; i < width; i++)
                {
                    wanted[i] = weight[first + row, _order[begin + i]] + (feedback is null ? 0 : feedback[i, row]);
                }

                var own = codes.AsSpan((first + row) * size, size);
                RoundRow(weight.Row(first + row), wanted, begin, blocks.Row(scales, first + row), format, errors, row, own);
            });
        }
    }

    private void RoundRow(
        ReadOnlySpan<double> weight,
        Span<double> wanted,
        int start,
        ScaleRow scales,
        WeightFormat format,
        Matrix errors,
        int row,
        Span<sbyte> codes
    )
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            var column = _order[start + i];
            var scale = scales[column];
            var code = format.Code(wanted[i], scale);
            var error = weight[column] - WeightFormat.Value(code, scale);
            codes[column] = (sbyte)code;
            errors[start + i, row] = error;
            var rest = wanted[(i + 1)..];
            TensorPrimitives.MultiplyAdd(_factor.Row(start + i).Slice(start + i + 1, rest.Length), error, rest, rest);
        }
    }

    private Matrix Columns(int height, int start, int width)
    {
        var part = new Matrix(height, width);
        for (var i = 0; i < height; i++)
        {
            _factor.Row(i).Slice(start, width).CopyTo(part.Row(i));
        }

        return part;
    }

    private static Matrix Leading(Matrix matrix, int rows) => new(rows, matrix.Columns, matrix.Values[..(rows * matrix.Columns)]);

    // R_jk/R_kk above the diagonal. The Cholesky factor of H with its order reversed is R with both orders reversed.
    private static (Matrix Factor, double LogDiagonal) FeedbackFactor(ILinearAlgebra algebra, Matrix sigma, double ridge, int[] order)
    {
        var size = sigma.Rows;
        var reversed = new Matrix(size, size);
        for (var i = 0; i < size; i++)
        {
            var from = sigma.Row(order[size - 1 - i]);
            var to = reversed.Row(i);
            for (var j = 0; j < size; j++)
            {
                to[j] = from[order[size - 1 - j]];
            }

            to[i] += ridge;
        }

        var lower = algebra.Cholesky(reversed);
        var factor = reversed;
        var logarithms = 0.0;
        for (var j = 0; j < size; j++)
        {
            var from = lower.Row(size - 1 - j);
            var to = factor.Row(j);
            logarithms += Math.Log(lower[j, j]);
            for (var k = 0; k < size; k++)
            {
                to[k] = k > j ? from[size - 1 - k] / lower[size - 1 - k, size - 1 - k] : 0;
            }
        }

        return (factor, logarithms / size);
    }

    private static double Trace(Matrix matrix)
    {
        var trace = 0.0;
        for (var i = 0; i < matrix.Rows; i++)
        {
            trace += matrix[i, i];
        }

        return trace;
    }
}
