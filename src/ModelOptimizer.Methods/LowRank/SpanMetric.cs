using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// The Σ of a matrix's inputs that were seen few times, (1−λ)·FᵀF + λ·(tr FᵀF/D)·I with F = X/√n (n×D), or X less the mean: never D×D. A matrix has a closed
/// form, which asks for nothing but products with Σ.
/// </summary>
internal sealed class SpanMetric : IKernelMetric
{
    private readonly ILinearAlgebra _algebra;
    private readonly Matrix _span;
    private readonly double _kept;
    private readonly double _ridge;

    /// <param name="algebra">For the products.</param>
    /// <param name="moment">With a span.</param>
    /// <param name="centred">Whether the mean is taken off.</param>
    /// <param name="shrink">λ; null for what the number of samples asks for.</param>
    public SpanMetric(ILinearAlgebra algebra, SecondMoment moment, bool centred, double? shrink)
    {
        _algebra = algebra;
        _span = moment.Span!;
        if (centred)
        {
            _span = _span.Clone();
            for (var row = 0; row < _span.Rows; row++)
            {
                TensorPrimitives.MultiplyAdd(moment.Mean[0], -1 / Math.Sqrt(_span.Rows), _span.Row(row), _span.Row(row));
            }
        }

        var lambda = shrink ?? MomentPreparation.AutomaticShrink(moment.Count, _span.Columns);
        (_kept, _ridge) = (1 - lambda, lambda * TensorPrimitives.SumOfSquares<double>(_span.Values) / _span.Columns);
    }

    public Matrix Times(Matrix rows)
    {
        var product = _algebra.Multiply(_algebra.Multiply(rows, _span, transposeB: true), _span);
        TensorPrimitives.Multiply(product.Values, _kept, product.Values);
        TensorPrimitives.MultiplyAdd(rows.Values, _ridge, product.Values, product.Values);
        return product;
    }

    public Matrix CoreGram(Matrix inputFactor) => throw Closed();

    public Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy) => throw Closed();

    public Matrix? MeanRoot() => throw Closed();

    private static InvalidOperationException Closed() => new("a matrix has a closed form");
}
