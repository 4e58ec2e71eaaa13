namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// Removes units that do not matter: a unit whose row of W_i is zero is the constant σ(b_j), which moves into b_{i+1}; one whose columns of W_{i+1} are zero is read by
/// nobody. Each may empty others, until nothing changes (the paper's effective sparsity).
/// </summary>
internal static class DeadUnits
{
    /// <summary>Removes the dead units of <paramref name="links"/>. What the model computes stays the same.</summary>
    /// <param name="model">The model that the layers are in.</param>
    /// <param name="links">Pairs of layers.</param>
    /// <param name="updates">The new weights; a layer without one has the weight that is in the model.</param>
    /// <param name="shapes">Shapes for one sample.</param>
    public static RemovedUnitsResult Remove(OnnxModel model, IReadOnlyList<LayerLink> links, IReadOnlyList<LayerUpdate> updates, IReadOnlyDictionary<string, long[]> shapes)
    {
        var constants = new ConstantLookup(model.Graph);
        var layers = Layers(model, links, updates, constants);
        var pairs = links.Select(link => new LinkedPair(link, layers[link.From.Name], layers[link.To.Name], UnitAxis.Of(link, constants, shapes))).ToList();
        while (pairs.Any(pair => pair.KillUnits()))
        {
        }

        var removed = pairs.Select(pair => new RemovedUnits(pair.Link, pair.Cut(), pair.Obstacle)).ToList();
        return new RemovedUnitsResult([.. layers.Values.Select(layer => layer.Result).OfType<LayerUpdate>()], removed);
    }

    private static OrderedDictionary<string, PrunedLayer> Layers(OnnxModel model, IReadOnlyList<LayerLink> links, IReadOnlyList<LayerUpdate> updates, ConstantLookup constants)
    {
        var layers = new OrderedDictionary<string, PrunedLayer>(StringComparer.Ordinal);
        foreach (var update in updates)
        {
            layers.Add(update.Layer.Name, PrunedLayer.Of(update.Layer, update, model, constants));
        }

        foreach (var layer in links.SelectMany(link => new[] { link.From, link.To }))
        {
            if (!layers.ContainsKey(layer.Name))
            {
                layers.Add(layer.Name, PrunedLayer.Of(layer, null, model, constants));
            }
        }

        return layers;
    }
}
