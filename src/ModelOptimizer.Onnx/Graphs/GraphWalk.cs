namespace ModelOptimizer.Onnx.Graphs;

/// <summary>Graphs and nodes of a model in file order, sub-graphs included.</summary>
internal static class GraphWalk
{
    /// <summary>The main graph, then every graph inside it, inside functions and for training; a graph comes before those inside it.</summary>
    public static IEnumerable<GraphProto> Graphs(ModelProto model)
    {
        var roots = new List<GraphProto>();
        if (model.Graph is not null)
        {
            roots.Add(model.Graph);
        }

        foreach (var training in model.TrainingInfo)
        {
            if (training.Initialization is not null)
            {
                roots.Add(training.Initialization);
            }

            if (training.Algorithm is not null)
            {
                roots.Add(training.Algorithm);
            }
        }

        return roots.SelectMany(WithSubGraphs).Concat(model.Functions.SelectMany(Graphs));
    }

    /// <summary>Every graph inside a function. Its attributes have defaults, which may be graphs.</summary>
    public static IEnumerable<GraphProto> Graphs(FunctionProto function) =>
        function.AttributeProto.SelectMany(GraphsOf).Concat(function.Node.SelectMany(SubGraphs)).SelectMany(WithSubGraphs);

    /// <summary>Every node of <see cref="Graphs(ModelProto)"/>, and of functions.</summary>
    public static IEnumerable<NodeProto> Nodes(ModelProto model) =>
        Graphs(model).SelectMany(graph => graph.Node).Concat(model.Functions.SelectMany(function => function.Node));

    /// <summary><paramref name="graph"/> and every graph inside it.</summary>
    public static IEnumerable<GraphProto> WithSubGraphs(GraphProto graph) =>
        graph.Node.SelectMany(SubGraphs).SelectMany(WithSubGraphs).Prepend(graph);

    /// <summary>Names that a node reads: its inputs, and what graphs inside it read, from outside or of their own.</summary>
    public static IEnumerable<string> Reads(NodeProto node) => node.Input.Concat(
        SubGraphs(node)
            .SelectMany(WithSubGraphs)
            .SelectMany(inner => inner.Node.SelectMany(item => item.Input).Concat(inner.Output.Select(output => output.Name))));

    /// <summary>The graphs directly inside a node: the branches of <c>If</c>, the body of <c>Loop</c> or <c>Scan</c>.</summary>
    public static IEnumerable<GraphProto> SubGraphs(NodeProto node) => node.Attribute.SelectMany(GraphsOf);

    private static IEnumerable<GraphProto> GraphsOf(AttributeProto attribute) => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);
}
