namespace ModelOptimizer.Onnx.Layers;

/// <summary>Gives every layer a name that rules and reports can use.</summary>
internal static class LayerNames
{
    /// <summary>The node's name where that is unique in the model, else its first output; a number is added in the rare case that this is taken too.</summary>
    public static IReadOnlyList<WeightLayer> MakeUnique(IReadOnlyList<WeightLayer> layers, IEnumerable<NodeProto> nodes)
    {
        var counts = nodes.CountBy(node => node.Name).ToDictionary(StringComparer.Ordinal);
        bool IsUnique(WeightLayer layer) => layer.Name.Length > 0 && counts.GetValueOrDefault(layer.Name) == 1;

        var taken = layers.Where(IsUnique).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        return [.. layers.Select(layer => IsUnique(layer) ? layer : layer with { Name = Free(Fallback(layer.Node), taken) })];
    }

    private static string Fallback(NodeProto node) => node.Output.FirstOrDefault(output => output.Length > 0) ?? node.OpType;

    private static string Free(string wanted, HashSet<string> taken)
    {
        var name = wanted;
        for (var number = 2; !taken.Add(name); number++)
        {
            name = $"{wanted}#{number}";
        }

        return name;
    }
}
