using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>
/// Finds the layers of a model: Conv, Gemm and MatMul nodes with a weight, in file order, then those inside sub-graphs and functions.
/// What no method may rewrite is listed too, with <see cref="WeightLayer.Obstacle"/> saying why.
/// </summary>
internal static class LayerFinder
{
    /// <summary>The layers of <paramref name="model"/> that all methods know. Their nodes are the model's own.</summary>
    public static IReadOnlyList<WeightLayer> Find(OnnxModel model) =>
        [.. FindAll(model).Where(layer => layer.Kind is LayerKind.Conv or LayerKind.Gemm or LayerKind.MatMul)];

    /// <summary>The same, with ConvTranspose nodes and the weights of recurrent cells, W and R each for itself.</summary>
    public static IReadOnlyList<WeightLayer> FindAll(OnnxModel model)
    {
        var scope = new LayerScope(model);
        var layers = new List<WeightLayer>();
        foreach (var node in model.Graph.Node)
        {
            layers.AddRange(LayerReader.Read(node, scope));
        }

        foreach (var node in model.Graph.Node)
        {
            AddInner(node, scope, layers);
        }

        foreach (var function in model.Proto.Functions)
        {
            AddNodes(function.Node, scope.Function(function), "it is inside a function", layers);
        }

        return LayerNames.MakeUnique(layers, GraphWalk.Nodes(model.Proto));
    }

    private static void AddInner(NodeProto node, LayerScope scope, List<WeightLayer> layers)
    {
        foreach (var graph in GraphWalk.SubGraphs(node))
        {
            AddNodes(graph.Node, scope.Inner(graph), $"it is inside a sub-graph of {node.OpType}", layers);
        }
    }

    private static void AddNodes(IEnumerable<NodeProto> nodes, LayerScope scope, string obstacle, List<WeightLayer> layers)
    {
        foreach (var node in nodes)
        {
            layers.AddRange(LayerReader.Read(node, scope).Select(layer => layer with { Obstacle = obstacle }));
            AddInner(node, scope, layers);
        }
    }
}

/// <summary>Gives every layer a name that rules and reports can use.</summary>
internal static class LayerNames
{
    /// <summary>
    /// The node's name where that is unique in the model, else its first output; a number is added in the rare case that this is taken too. A recurrent cell's
    /// weights end in /W and /R.
    /// </summary>
    public static IReadOnlyList<WeightLayer> MakeUnique(IReadOnlyList<WeightLayer> layers, IEnumerable<NodeProto> nodes)
    {
        var counts = nodes.CountBy(node => node.Name).ToDictionary(StringComparer.Ordinal);
        bool IsUnique(WeightLayer layer) => layer.Kind != LayerKind.Recurrent && layer.Name.Length > 0 && counts.GetValueOrDefault(layer.Name) == 1;

        var taken = layers.Where(IsUnique).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        string Own(WeightLayer layer) => layer.Kind != LayerKind.Recurrent ? Fallback(layer.Node)
            : (counts.GetValueOrDefault(layer.Name) == 1 && layer.Name.Length > 0 ? layer.Name : Fallback(layer.Node)) + (layer.IsInsideCell ? "/R" : "/W");
        return [.. layers.Select(layer => IsUnique(layer) ? layer : layer with { Name = Free(Own(layer), taken) })];
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
