using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Tucker.Rewriting;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>A selected layer.</summary>
/// <param name="Layer">The layer, of the model so far.</param>
/// <param name="Shape">Its extents per group.</param>
/// <param name="InputPositions">Number of positions at which a factor before the window runs, for one sample; null when unknown.</param>
/// <param name="OutputPositions">The same behind the window.</param>
/// <param name="Reason">Why it cannot be compressed; null when it may be.</param>
internal sealed record TuckerLayer(WeightLayer Layer, FactorShape Shape, long? InputPositions, long? OutputPositions, string? Reason)
{
    public string Name => Layer.Name;

    /// <summary>The statistic of its input.</summary>
    public MomentKey Moment => new(Layer.Input, Layer.Window, Layer.TransA);

    public static TuckerLayer From(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes)
    {
        var reason = layer.Obstacle;
        var shape = reason is null ? LayerKernel.ShapeOf(layer) : new FactorShape(1, 1, 1, 1);
        reason ??= (shape, layer.Kind) switch
        {
            ({ Groups: > 1, Inputs: 1 }, _) => "depthwise: each group has one input channel",
            ({ FullOutput: 1 }, _) when shape.IsMatrix => "its rank is 1 already",
            _ => null,
        };
        var after = Positions(layer, shapes.GetValueOrDefault(layer.Node.Output[0]));
        var before = layer.Kind == LayerKind.Conv ? Positions(layer, shapes.GetValueOrDefault(layer.Input)) : after;
        return new TuckerLayer(layer, shape, before, after, reason);
    }

    /// <summary>Multiply-adds of one sample; null when shapes are unknown.</summary>
    public long? Macs(RankPair? ranks)
    {
        if (InputPositions is not { } before || OutputPositions is not { } after)
        {
            return null;
        }

        if (ranks is not { } pair)
        {
            return Shape.Parameters * after;
        }

        var (input, core, output) = Shape.ParametersAt(pair);
        return (input * before) + ((core + output) * after);
    }

    /// <summary>Whether ranks waste nothing and leave fewer weights.</summary>
    public bool IsWorthwhile(RankPair ranks) => Shape.Usable(ranks) == ranks && Parameters(ranks) < Shape.Parameters;

    /// <summary>Weights; null is the layer as it is.</summary>
    public long Parameters(RankPair? ranks)
    {
        if (ranks is not { } pair)
        {
            return Shape.Parameters;
        }

        var (input, core, output) = Shape.ParametersAt(pair);
        return input + core + output;
    }

    private static long? Positions(WeightLayer layer, long[]? dims)
    {
        var channels = dims?.ElementAtOrDefault(layer.Kind == LayerKind.Conv ? 1 : dims.Length - 1) ?? 0;
        return channels > 0 ? dims!.Aggregate(1L, (product, extent) => product * extent) / channels : null;
    }
}
