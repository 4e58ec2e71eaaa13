namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Finds the pairs of layers that follow each other with nothing but a ReLU and changes of shape in between.</summary>
internal static class LayerLinks
{
    /// <summary>
    /// The links of <paramref name="model"/> in the order of their first layers. Layers that no method may rewrite have none, nor has a Gemm that transposes
    /// its input.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes for one sample; what they do not tell is not a link.</param>
    public static IReadOnlyList<LayerLink> Find(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
    {
        var passages = new Passages(model);
        var layers = LayerFinder.Find(model).Where(layer => layer is { Obstacle: null, TransA: false }).ToList();
        var byNode = layers.ToDictionary<WeightLayer, NodeProto>(layer => layer.Node, ReferenceEqualityComparer.Instance);
        return [.. layers.Select(layer => Follow(layer, byNode, passages, shapes)).OfType<LayerLink>()];
    }

    private static LayerLink? Follow(WeightLayer from, Dictionary<NodeProto, WeightLayer> layers, Passages passages, IReadOnlyDictionary<string, long[]> shapes)
    {
        var nodes = new List<NodeProto>();
        var (relu, reshaped) = (false, false);
        var tensor = from.Output;
        while (passages.Reader(tensor) is { } node)
        {
            if (layers.TryGetValue(node, out var to))
            {
                return UnitSpread.Of(from, to, reshaped, shapes) is { } spread ? new LayerLink(from, to, relu, spread, nodes) : null;
            }

            var passage = passages.Of(node);
            if (passage is null or Passage.Probabilities || (relu && passage == Passage.Relu))
            {
                return null;
            }

            relu |= passage == Passage.Relu;
            reshaped |= passage == Passage.Shape;
            nodes.Add(node);
            tensor = node.Output[0];
        }

        return null;
    }
}

/// <summary>
/// Where a layer's units arrive in the next layer. A change of shape keeps the order of the numbers, so a tensor stays (samples × units × positions within a
/// unit) however it is cut into axes; the next layer sees (samples × channels × positions).
/// </summary>
internal static class UnitSpread
{
    /// <summary>
    /// How many consecutive channels of <paramref name="to"/> each unit of <paramref name="from"/> becomes; null when units do not stay together.
    /// </summary>
    public static int? Of(WeightLayer from, WeightLayer to, bool reshaped, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!reshaped)
        {
            var sameAxis = (from.Kind == LayerKind.Conv) == (to.Kind == LayerKind.Conv);
            return sameAxis && from.OutputChannels == to.InputChannels ? 1 : null;
        }

        return Positions(from, from.Output, shapes) is { } made && Positions(to, to.Input, shapes) is { } read
            && from.OutputChannels * made == to.InputChannels * read && to.InputChannels % from.OutputChannels == 0
            ? to.InputChannels / from.OutputChannels
            : null;
    }

    // How many numbers a channel has: one for matrices, whose channels are the last axis.
    private static long? Positions(WeightLayer layer, string tensor, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (layer.Kind != LayerKind.Conv)
        {
            return 1;
        }

        return shapes.TryGetValue(tensor, out var shape) && shape.Length > 2 ? shape.Skip(2).Product() : null;
    }
}

/// <summary>Two layers of which the second reads what the first makes, and nothing else does.</summary>
/// <param name="From">The layer that makes it; its output channels are the units.</param>
/// <param name="To">The layer that reads it.</param>
/// <param name="Relu">Whether a ReLU is between them; the identity otherwise.</param>
/// <param name="Spread">How many consecutive input channels of <paramref name="To"/> each unit is: more than 1 behind a flattened convolution.</param>
/// <param name="Nodes">The nodes between them, in order.</param>
internal sealed record LayerLink(WeightLayer From, WeightLayer To, bool Relu, int Spread, IReadOnlyList<NodeProto> Nodes);
