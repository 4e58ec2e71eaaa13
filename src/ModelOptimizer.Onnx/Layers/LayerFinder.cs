using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>
/// Finds the layers of a model: Conv, Gemm and MatMul nodes with a weight, in file order, then those inside sub-graphs and functions.
/// What no method may rewrite is listed too, with <see cref="WeightLayer.Obstacle"/> saying why.
/// </summary>
internal static class LayerFinder
{
    /// <summary>The layers of <paramref name="model"/>. Their nodes are the model's own.</summary>
    public static IReadOnlyList<WeightLayer> Find(OnnxModel model)
    {
        var scope = new LayerScope(model);
        var layers = new List<WeightLayer>();
        foreach (var node in model.Graph.Node)
        {
            if (LayerReader.Read(node, scope) is { } layer)
            {
                layers.Add(layer);
            }
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
            if (LayerReader.Read(node, scope) is { } layer)
            {
                layers.Add(layer with { Obstacle = obstacle });
            }

            AddInner(node, scope, layers);
        }
    }
}

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
