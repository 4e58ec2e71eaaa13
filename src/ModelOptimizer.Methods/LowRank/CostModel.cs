using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>What ranks do to the model's size, parameters and multiply-adds.</summary>
internal sealed class CostModel(StepContext context, LowRankOptions options)
{
    private readonly ConstantLookup _constants = new(context.Model.Graph);
    private readonly Dictionary<(string Layer, int Links), (long Bytes, bool IsStored)> _overhead = [];

    /// <summary>The whole model so far.</summary>
    /// <exception cref="DiagnosticException">Multiply-adds cannot be counted.</exception>
    public double Whole(BudgetMeasure measure) => measure == BudgetMeasure.Size ? context.Model.SizeInBytes : Count(measure, context.Model);

    /// <summary>The original, of which a budget's percentages are.</summary>
    /// <exception cref="DiagnosticException">Multiply-adds cannot be counted.</exception>
    public double OfOriginal(BudgetMeasure measure) =>
        measure == BudgetMeasure.Size ? ModelStatistics.Bytes(context.Original) : Count(measure, context.Original);

    /// <summary>What a budget allows, in its own unit.</summary>
    /// <exception cref="DiagnosticException">Multiply-adds cannot be counted.</exception>
    public double Limit(Budget budget) => budget.Limit(OfOriginal(budget.Measure));

    /// <summary>
    /// By how much the model changes when a layer gets <paramref name="ranks"/>: exact for parameters and multiply-adds, to a few bytes for sizes. Of times it
    /// gives multiply-adds, which whoever measures maps to times.
    /// </summary>
    public double Change(FactorLayer layer, RankPair ranks, BudgetMeasure measure) => measure switch
    {
        BudgetMeasure.Size => SizeChange(layer, ranks),
        BudgetMeasure.Params => ParameterChange(layer, ranks),
        _ => layer.Macs(ranks)!.Value - layer.Macs(null)!.Value,
    };

    /// <summary>Whether ranks make a layer smaller at all: in weights and in bytes.</summary>
    public bool Pays(FactorLayer layer, RankPair ranks) =>
        layer.Parameters(ranks) < layer.Parameters(null) && SizeChange(layer, ranks) < 0;

    /// <summary>The exact measure of the model with these ranks, found by building it without its numbers.</summary>
    public double Exact(IEnumerable<(FactorLayer Layer, RankPair Ranks)> choice, BudgetMeasure measure)
    {
        if (measure == BudgetMeasure.Macs)
        {
            return Whole(measure) + choice.Sum(pair => Change(pair.Layer, pair.Ranks, measure));
        }

        bool IsStored(FactorLayer layer, RankPair ranks) => measure == BudgetMeasure.Size && Overhead(layer, ranks).IsStored;
        var model = GraphRewriter.Apply(context.Model, [.. choice.Select(pair => Empty(pair.Layer, pair.Ranks, IsStored(pair.Layer, pair.Ranks)))]);
        return measure == BudgetMeasure.Size ? model.SizeInBytes : ModelStatistics.Parameters(model);
    }

    private double Count(BudgetMeasure measure, OnnxModel model) => measure switch
    {
        BudgetMeasure.Params => ModelStatistics.Parameters(model),
        _ => ModelStatistics.Macs(model, context.Shapes) ?? throw new DiagnosticException(
            MethodCodes.UnknownMacs,
            "a budget of multiply-adds needs the shape of every tensor, and some of this model's could not be found. Use 'params' or 'size' instead.",
            options.GoalPosition),
    };

    private double ParameterChange(FactorLayer layer, RankPair ranks)
    {
        var plan = Plan(layer);
        var bias = plan.NewBias && layer.Layer.Bias is null ? layer.Layer.OutputChannels : 0;
        return layer.Parameters(ranks) - layer.Parameters(null) + bias - (plan.Folds ? 4 * layer.Layer.OutputChannels : 0);
    }

    private double SizeChange(FactorLayer layer, RankPair ranks)
    {
        var bytes = ElementTypes.Bits(layer.Layer.ElementType)!.Value / 8;
        return (bytes * ParameterChange(layer, ranks)) + Overhead(layer, ranks).Bytes;
    }

    // Where time is still to decide, what takes more: whatever comes of it is within the budget.
    private (long Bytes, bool IsStored) Overhead(FactorLayer layer, RankPair ranks)
    {
        var key = (layer.Name, layer.Form.Links(ranks).Aggregate(0, (mask, link) => (2 * mask) + (link.Weights > 0 ? 1 : 0)));
        if (!_overhead.TryGetValue(key, out var overhead))
        {
            bool[] forms = options.Storage switch { FactorStorage.Chain => [false], FactorStorage.Stored => [true], _ => [false, true] };
            var weight = _constants[layer.Layer.Weight];
            overhead = forms.Select(isStored => (SizeOverhead.Of(Empty(layer, ranks, isStored), weight, context.Model), isStored)).Max();
            _overhead.Add(key, overhead);
        }

        return overhead;
    }

    private LayerReplacement Empty(FactorLayer layer, RankPair ranks, bool isStored) => Plan(layer).Empty(ranks) with { IsStored = isStored };

    private LayerPlan Plan(FactorLayer layer) => LayerPlan.Of(layer, options, _constants);
}

/// <summary>How many bytes a replacement takes besides its numbers, less what the layer took: names, attributes, lengths.</summary>
internal static class SizeOverhead
{
    public static long Of(LayerReplacement replacement, TensorProto weight, OnnxModel model)
    {
        var names = new Rewrite(new OnnxModel(new ModelProto { Graph = new GraphProto(), OpsetImport = { model.Proto.OpsetImport } }));
        var write = replacement.IsStored ? names.ShortWriter(replacement.Layer.ElementType) : names.Writer(replacement.Layer);
        var replaced = GraphRewriter.Write(replacement, write);
        return write.Bytes
            - write.NewConstants.Sum(tensor => (long)tensor.RawData.Length)
            - replaced.Sum(ModelSize.Framed)
            - ModelSize.Framed(weight)
            + weight.RawData.Length;
    }
}

/// <summary>What a rewrite of a layer will do besides its factors.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Folds">Whether its BatchNormalization goes.</param>
/// <param name="NewBias">Whether it gets another bias.</param>
internal sealed record LayerPlan(FactorLayer Layer, bool Folds, bool NewBias)
{
    public static LayerPlan Of(FactorLayer layer, LowRankOptions options, ConstantLookup constants)
    {
        var folds = options.Fold && BatchNormalization.IsFoldable(layer.Layer, constants);
        // A cell keeps its own, which is inside.
        var moves = options.Centred && options.Norm == FactorNorm.Covariance && layer.Layer.Kind != LayerKind.Recurrent;
        return new LayerPlan(layer, folds, folds || moves);
    }

    /// <summary>The replacement's form without its numbers.</summary>
    public LayerReplacement Empty(RankPair ranks) =>
        new(Layer.Layer, Layer.Form.Empty(ranks), NewBias ? new double[Layer.Layer.OutputChannels] : null, Folds);
}
