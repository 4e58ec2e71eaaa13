using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>What every block update but that of U_S reads of Σ and P: sums over taps of BᵀΣB and P·B, B = I_K ⊗ U_S.</summary>
internal abstract class CpProjections
{
    /// <summary>Those of a U_S, in the way that takes fewer operations.</summary>
    public static CpProjections Of(KernelProblem problem, CpFactors factors) =>
        CpEffort.IsExpanded(problem.Inputs, factors.Rank, [.. factors.Axes.Select(axis => axis.Rows)])
            ? new ExpandedProjections(problem, factors.Input)
            : new GatheredProjections(problem, factors.Input);

    /// <summary>
    /// Q[(j,r),(j',r')] = Σ over taps k at place j and k' at place j' of weights[k,r]·G[(k,r),(k',r')]·weights[k',r'], G = BᵀΣB, index k·R + r.
    /// </summary>
    /// <param name="weights">K×R.</param>
    /// <param name="place">The place of a tap, from 0 to <paramref name="places"/> − 1.</param>
    /// <param name="places">Number of places.</param>
    public abstract Matrix Gram(Matrix weights, Func<int, int> place, int places);

    /// <summary>P·M, T×R, M = U_K ⊙ U_S.</summary>
    /// <param name="taps">U_K, K×R.</param>
    public abstract Matrix Product(Matrix taps);

    /// <summary>(U_TᵀP)[r,(k,·)]·U_S[·,r], K×R.</summary>
    /// <param name="output">U_T, T×R.</param>
    public abstract Matrix Correlation(Matrix output);

    /// <summary>Multiplies each column of U_S.</summary>
    public abstract void Scale(double[] scale);

    protected static void ScaleColumns(Matrix matrix, double[] scale)
    {
        for (var row = 0; row < matrix.Rows; row++)
        {
            for (var k = 0; k < matrix.Columns / scale.Length; k++)
            {
                var block = matrix.Row(row).Slice(k * scale.Length, scale.Length);
                TensorPrimitives.Multiply(block, scale, block);
            }
        }
    }
}

/// <summary>From G, (K·R)×(K·R), which no other factor changes.</summary>
internal sealed class GatheredProjections(KernelProblem problem, Matrix input) : CpProjections
{
    private readonly Matrix _gram = problem.Metric.CoreGram(input);
    private readonly Matrix _projected = problem.ProjectedProduct(input);
    private readonly int _rank = input.Columns;

    public override Matrix Gram(Matrix weights, Func<int, int> place, int places)
    {
        var result = new Matrix(places * _rank, places * _rank);
        var row = new double[places * _rank];
        for (var k = 0; k < weights.Rows; k++)
        {
            for (var r = 0; r < _rank; r++)
            {
                Array.Clear(row);
                for (var other = 0; other < weights.Rows; other++)
                {
                    var sum = row.AsSpan(place(other) * _rank, _rank);
                    TensorPrimitives.MultiplyAdd(_gram.Row((k * _rank) + r).Slice(other * _rank, _rank), weights.Row(other), sum, sum);
                }

                var to = result.Row((place(k) * _rank) + r);
                TensorPrimitives.MultiplyAdd(row, weights[k, r], to, to);
            }
        }

        return result;
    }

    public override Matrix Product(Matrix taps)
    {
        var result = new Matrix(problem.Outputs, _rank);
        for (var t = 0; t < result.Rows; t++)
        {
            for (var k = 0; k < taps.Rows; k++)
            {
                TensorPrimitives.MultiplyAdd(_projected.Row(t).Slice(k * _rank, _rank), taps.Row(k), result.Row(t), result.Row(t));
            }
        }

        return result;
    }

    public override Matrix Correlation(Matrix output)
    {
        var result = new Matrix(problem.Taps, _rank);
        for (var t = 0; t < problem.Outputs; t++)
        {
            for (var k = 0; k < result.Rows; k++)
            {
                TensorPrimitives.MultiplyAdd(_projected.Row(t).Slice(k * _rank, _rank), output.Row(t), result.Row(k), result.Row(k));
            }
        }

        return result;
    }

    public override void Scale(double[] scale)
    {
        ScaleColumns(_gram, scale);
        ScaleColumns(_projected, scale);
        for (var row = 0; row < _gram.Rows; row++)
        {
            TensorPrimitives.Multiply(_gram.Row(row), scale[row % scale.Length], _gram.Row(row));
        }
    }
}

/// <summary>
/// From Σ and P themselves, each time anew. Of windows of many taps on few channels, such as 16×16 on an image, G would be many times as large as Σ.
/// </summary>
internal sealed class ExpandedProjections(KernelProblem problem, Matrix input) : CpProjections
{
    private readonly Matrix _input = input.Clone();

    public override Matrix Gram(Matrix weights, Func<int, int> place, int places)
    {
        var (rank, channels) = (_input.Columns, _input.Rows);
        var terms = CpFactors.Expanded(weights, _input.Transpose());
        var rows = new Matrix(places * rank, terms.Columns);
        for (var r = 0; r < rank; r++)
        {
            for (var k = 0; k < weights.Rows; k++)
            {
                terms.Row(r).Slice(k * channels, channels).CopyTo(rows.Row((place(k) * rank) + r)[(k * channels)..]);
            }
        }

        return Symmetric.Mean(problem.Algebra.Multiply(problem.Metric.Times(rows), rows, transposeB: true));
    }

    public override Matrix Product(Matrix taps) =>
        problem.Algebra.Multiply(problem.Product, CpFactors.Expanded(taps, _input.Transpose()), transposeB: true);

    public override Matrix Correlation(Matrix output) =>
        CpFactors.Contracted(problem.Algebra.Multiply(output, problem.Product, transposeA: true), _input.Transpose());

    public override void Scale(double[] scale) => ScaleColumns(_input, scale);
}
