using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>A selected layer.</summary>
/// <param name="Layer">The layer, of the model so far.</param>
/// <param name="Form">How it can be factored.</param>
/// <param name="Before">The positions at which a factor before the window runs, for one sample, as extents; null when unknown.</param>
/// <param name="After">The same behind the window.</param>
/// <param name="Reason">Why it cannot be compressed; null when it may be.</param>
internal sealed record FactorLayer(WeightLayer Layer, IFactorForm Form, IReadOnlyList<long>? Before, IReadOnlyList<long>? After, string? Reason)
{
    public string Name => Layer.Name;

    /// <summary>Its extents per group.</summary>
    public FactorShape Shape => Form.Shape;

    /// <summary>The statistic of its input.</summary>
    public MomentKey Moment => MomentKey.Of(Layer);

    /// <summary>Looks at a layer; <paramref name="obstacle"/> is what the options have against every one.</summary>
    public static FactorLayer From(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes, IFactorization factorization, string? obstacle = null)
    {
        var reason = layer.Obstacle ?? SingleVector.Obstacle(layer, shapes);
        var shape = reason is null ? LayerKernel.ShapeOf(layer) : new FactorShape(1, 1, 1, 1);
        var form = shape.IsMatrix ? new MatrixForm(shape) : factorization.Form(layer, shape);
        reason ??= obstacle ?? (shape, form) switch
        {
            ({ Groups: > 1, Inputs: 1 }, _) => "depthwise: each group has one input channel",
            (_, MatrixForm { Full: 1 }) => "its rank is 1 already",
            _ => null,
        };
        var after = Positions(layer, shapes.GetValueOrDefault(layer.Node.Output[0]));
        var before = layer.Kind == LayerKind.Conv ? Positions(layer, shapes.GetValueOrDefault(layer.Input)) : after;
        return new FactorLayer(layer, form, before, after, reason);
    }

    /// <summary>Multiply-adds of one sample; null when shapes are unknown.</summary>
    public long? Macs(RankPair? ranks)
    {
        if (Before is not { } before || After is not { } after)
        {
            return null;
        }

        // The extents are the batch and the spatial axes; the window has passed over the first few of the latter.
        long Positions(int? axes) => axes is not { } passed || before.Count != after.Count
            ? after.Product()
            : (after.Take(1 + passed)).Product() * (before.Skip(1 + passed)).Product();

        return ranks is not { } pair ? Shape.Parameters * after.Product() : Form.Links(pair).Sum(link => link.Weights * Positions(link.Axes));
    }

    /// <summary>Whether ranks waste nothing and leave fewer weights.</summary>
    public bool IsWorthwhile(RankPair ranks) => Form.Usable(ranks) == ranks && Parameters(ranks) < Shape.Parameters;

    /// <summary>Weights; null is the layer as it is.</summary>
    public long Parameters(RankPair? ranks) => ranks is not { } pair ? Shape.Parameters : Form.Links(pair).Sum(link => link.Weights);

    private static long[]? Positions(WeightLayer layer, long[]? dims)
    {
        var axis = layer.Kind == LayerKind.Conv ? 1 : (dims?.Length ?? 0) - 1;
        return dims?.ElementAtOrDefault(axis) > 0 ? [.. dims.Where((_, index) => index != axis)] : null;
    }
}
