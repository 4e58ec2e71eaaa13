using System.Collections;
using System.Numerics.Tensors;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Σ = E[x xᵀ] and μ = E[x] over all patches x of all calibration samples, one of each per channel group.
/// A patch has length D = S/group·K with flat index (s·Kh + h)·Kw + w, zero padding included.
/// </summary>
/// <param name="Sigma">Uncentred second moments, D×D, symmetric; one per group. With a <see cref="Span"/> made anew whenever one is asked for.</param>
/// <param name="Mean">Mean patches, D long; one per group.</param>
/// <param name="Count">Number of patches averaged.</param>
internal sealed record SecondMoment(IReadOnlyList<Matrix> Sigma, IReadOnlyList<double[]> Mean, long Count)
{
    // Below, Σ is no memory to speak of.
    private const int FewestVariables = 2048;

    /// <summary>X/√n of the only group, n×D, the patches as rows, with XᵀX/n = Σ; null where there are too many.</summary>
    public Matrix? Span { get; private init; }

    /// <summary>The moment of few patches.</summary>
    /// <param name="algebra">Makes Σ for those who need it as a whole.</param>
    /// <param name="span">X/√n, n×D.</param>
    /// <param name="mean">μ.</param>
    /// <param name="count">n, or how many patches it stands for.</param>
    public static SecondMoment OfSpan(ILinearAlgebra algebra, Matrix span, double[] mean, long count) =>
        new(new SigmaOfSpan(algebra, span), [mean], count) { Span = span };

    /// <summary>Whether <paramref name="count"/> patches are kept themselves: at most half of Σ's numbers, and no more work with them.</summary>
    public static bool IsInSpan(long count, int size) => size >= FewestVariables && 2 * count <= size;

    /// <summary>rows·Σ of a group.</summary>
    public Matrix Times(ILinearAlgebra algebra, int group, Matrix rows) => Span is null
        ? algebra.Multiply(rows, Sigma[group])
        : Times(algebra, rows, Span);

    /// <summary>rows·Σ with Σ = XᵀX, of a <paramref name="span"/> X.</summary>
    public static Matrix Times(ILinearAlgebra algebra, Matrix rows, Matrix span) =>
        algebra.Multiply(algebra.Multiply(rows, span, transposeB: true), span);

    /// <summary>The diagonal of Σ of a group.</summary>
    public double[] Diagonal(int group)
    {
        if (Span is null)
        {
            var sigma = Sigma[group];
            return [.. Enumerable.Range(0, sigma.Rows).Select(i => sigma[i, i])];
        }

        var sum = new double[Span.Columns];
        for (var row = 0; row < Span.Rows; row++)
        {
            TensorPrimitives.MultiplyAdd(Span.Row(row), Span.Row(row), sum, sum);
        }

        return sum;
    }

    private sealed class SigmaOfSpan(ILinearAlgebra algebra, Matrix span) : IReadOnlyList<Matrix>
    {
        public int Count => 1;

        public Matrix this[int index] => index == 0 ? algebra.Gram(span.Transpose()) : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<Matrix> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
