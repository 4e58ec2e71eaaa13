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

    /// <summary>The statistic of its input; null where nothing in the model is that.</summary>
    public MomentKey? Moment => Layer.Input.Length > 0 ? MomentKey.Of(Layer) : null;

    /// <summary>Looks at a layer; <paramref name="obstacle"/> is what the options have against every one.</summary>
    public static FactorLayer From(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes, IFactorization factorization, string? obstacle = null)
    {
        var reason = layer.Obstacle ?? SingleVector.Obstacle(layer, shapes);
        var shape = reason is null ? LayerKernel.ShapeOf(layer) : new FactorShape(1, 1, 1, 1);
        var form = shape.IsMatrix ? new MatrixForm(shape) : factorization.Form(layer, shape);
        reason ??= factorization.Obstacle(layer) ?? obstacle ?? (shape, form) switch
        {
            ({ Groups: > 1, Inputs: 1 }, _) => "depthwise: each group has one input channel",
            (_, MatrixForm { Full: 1 }) => "its rank is 1 already",
            _ => null,
        };
        // Both weights of a cell are used once for each vector that enters it.
        var after = Positions(layer, shapes.GetValueOrDefault(layer.Kind == LayerKind.Recurrent ? layer.Node.Input[0] : layer.Node.Output[0]));
        var before = layer.Window is not null ? Positions(layer, shapes.GetValueOrDefault(layer.Input)) : after;
        return new FactorLayer(layer, form, before, after, reason);
    }

    /// <summary>Multiply-adds of one sample; null when shapes are unknown.</summary>
    public long? Macs(RankPair? ranks)
    {
        if (Before is not { } before || After is not { } after)
        {
            return null;
        }

        // The input elements of a transposed convolution are spread over the outputs.
        if (Layer.Window?.Spread is not null)
        {
            return ranks is not { } chosen ? Shape.Parameters * before.Product()
                : Form.Links(chosen).SkipLast(1).Sum(link => link.Weights) * before.Product() + Form.Links(chosen)[^1].Weights * after.Product();
        }

        // The extents are the batch and the spatial axes; the window has passed over the first few of the latter.
        long Positions(int? axes) => axes is not { } passed || before.Count != after.Count
            ? after.Product()
            : (after.Take(1 + passed)).Product() * (before.Skip(1 + passed)).Product();

        return ranks is not { } pair || Layer.IsInsideCell
            ? Shape.Parameters * after.Product()
            : Form.Links(pair).Sum(link => link.Weights * Positions(link.Axes));
    }

    /// <summary>Whether ranks waste nothing and leave fewer weights.</summary>
    public bool IsWorthwhile(RankPair ranks) => Form.Usable(ranks) == ranks && Parameters(ranks) < Shape.Parameters;

    /// <summary>Weights; null is the layer as it is.</summary>
    public long Parameters(RankPair? ranks) => ranks is not { } pair ? Shape.Parameters : Form.Links(pair).Sum(link => link.Weights);

    private static long[]? Positions(WeightLayer layer, long[]? dims)
    {
        var axis = layer.Window is not null ? 1 : (dims?.Length ?? 0) - 1;
        return dims?.ElementAtOrDefault(axis) > 0 ? [.. dims.Where((_, index) => index != axis)] : null;
    }
}
