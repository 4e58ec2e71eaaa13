namespace ModelOptimizer.Onnx.Graphs;

/// <summary>The nodes of a main graph that depend on constants only: runtimes compute them once, when they load the model.</summary>
internal sealed class LoadTimeNodes
{
    private readonly HashSet<NodeProto> nodes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Finds them in <paramref name="model"/>.</summary>
    public LoadTimeNodes(ModelProto model)
    {
        var constants = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        constants.ExceptWith(GivenTensors.Of(model));
        foreach (var node in model.Graph.Node)
        {
            if (IsRepeatable(node) && node.Input.All(input => input.Length == 0 || constants.Contains(input)))
            {
                nodes.Add(node);
                constants.UnionWith(node.Output);
            }
        }
    }

    /// <summary>Whether <paramref name="node"/> is one of them.</summary>
    public bool Contains(NodeProto node) => nodes.Contains(node);

    // Random numbers are drawn in every run; what a sub-graph reads from outside is not among its node's inputs.
    private static bool IsRepeatable(NodeProto node) => node.Operator() is { } name
        && !name.StartsWith("Random", StringComparison.Ordinal) && name is not ("Bernoulli" or "Multinomial" or "Dropout")
        && !GraphWalk.SubGraphs(node).Any();
}
