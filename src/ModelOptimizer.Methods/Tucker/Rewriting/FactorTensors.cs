using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tucker.Rewriting;

/// <summary>Factors as weights of the chain, stacked group by group, with full ranks folded into the core.</summary>
/// <param name="Input">R_S×S per group: the first 1×1; null when the input rank is full.</param>
/// <param name="Core">R_T×(R_S·K) per group, channel-major.</param>
/// <param name="Output">T×R_T per group: the last 1×1; null when the output rank is full.</param>
internal sealed record FactorTensors(Matrix? Input, Matrix Core, Matrix? Output)
{
    public static FactorTensors Of(ILinearAlgebra algebra, FactorShape shape, RankPair ranks, IReadOnlyList<TuckerFactors> groups)
    {
        var (hasInput, hasOutput) = (shape.HasInputFactor(ranks), shape.HasOutputFactor(ranks));
        return new FactorTensors(
            hasInput ? Stack(groups.Select(factors => factors.Input.Transpose())) : null,
            Stack(groups.Select(factors => TapOrder.ColumnsToChannelMajor(hasOutput ? factors.Core : algebra.Multiply(factors.Output, factors.Core), shape.Taps))),
            hasOutput ? Stack(groups.Select(factors => factors.Output)) : null);
    }

    /// <summary>The right shapes without numbers, to find out what a chain weighs.</summary>
    public static FactorTensors Empty(FactorShape shape, RankPair ranks)
    {
        var (hasInput, hasOutput) = (shape.HasInputFactor(ranks), shape.HasOutputFactor(ranks));
        var (outputs, inputs) = (hasOutput ? ranks.Output : shape.Outputs, hasInput ? ranks.Input : shape.Inputs);
        return new FactorTensors(
            hasInput ? new Matrix(shape.Groups * inputs, shape.Inputs) : null,
            new Matrix(shape.Groups * outputs, inputs * shape.Taps),
            hasOutput ? new Matrix(shape.Groups * shape.Outputs, outputs) : null);
    }

    private static Matrix Stack(IEnumerable<Matrix> groups)
    {
        var all = groups.ToList();
        return all.Count == 1 ? all[0] : new Matrix(all.Sum(matrix => matrix.Rows), all[0].Columns, [.. all.SelectMany(matrix => matrix.Values)]);
    }
}
