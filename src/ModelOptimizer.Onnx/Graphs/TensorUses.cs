namespace ModelOptimizer.Onnx.Graphs;

/// <summary>
/// How often every name is read. Names are counted in sub-graphs and training graphs too: an inner graph may read what an outer one makes, and a count that is
/// too high only keeps something that could have gone.
/// </summary>
internal sealed class TensorUses
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> _readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs = new(StringComparer.Ordinal);

    /// <summary>Counts the uses in <paramref name="model"/>.</summary>
    public TensorUses(ModelProto model)
    {
        foreach (var graph in GraphWalk.Graphs(model))
        {
            foreach (var node in graph.Node)
            {
                foreach (var input in node.Input.Where(input => input.Length > 0))
                {
                    Count(input);
                    (_readers.TryGetValue(input, out var nodes) ? nodes : _readers[input] = []).Add(node);
                }
            }

            foreach (var output in graph.Output)
            {
                Count(output.Name);
                _outputs.Add(output.Name);
            }
        }

        foreach (var binding in model.TrainingInfo.SelectMany(training => training.InitializationBinding.Concat(training.UpdateBinding)))
        {
            Count(binding.Key);
            Count(binding.Value);
        }
    }

    /// <summary>Number of times <paramref name="name"/> is read, outputs of graphs included.</summary>
    public int Of(string name) => _counts.GetValueOrDefault(name);

    /// <summary>Whether <paramref name="name"/> is an output of a graph.</summary>
    public bool IsOutput(string name) => _outputs.Contains(name);

    /// <summary>The node that alone reads <paramref name="name"/>; null when there are more, none, or it is an output.</summary>
    public NodeProto? OnlyReader(string name) => Of(name) == 1 && _readers.TryGetValue(name, out var nodes) ? nodes[0] : null;

    private void Count(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;
}

/// <summary>The tensors that a caller may give, and so another value in every run.</summary>
internal static class GivenTensors
{
    /// <summary>The IR version before which every initialiser had to be an input of the graph, so that being one said nothing.</summary>
    public const long FirstVersionWithFreeInitializers = 4;

    /// <summary>The inputs of the main graph of <paramref name="model"/>, initialisers among them; none before IR version 4.</summary>
    public static HashSet<string> Of(ModelProto model) =>
        model.IrVersion < FirstVersionWithFreeInitializers
            ? new(StringComparer.Ordinal)
            : model.Graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
}

/// <summary>The nodes of a main graph that depend on constants only: runtimes compute them once, when they load the model.</summary>
internal sealed class LoadTimeNodes
{
    private readonly HashSet<NodeProto> _nodes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Finds them in <paramref name="model"/>.</summary>
    public LoadTimeNodes(ModelProto model)
    {
        var constants = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        constants.ExceptWith(GivenTensors.Of(model));
        foreach (var node in model.Graph.Node)
        {
            if (IsRepeatable(node) && node.Input.All(input => input.Length == 0 || constants.Contains(input)))
            {
                _nodes.Add(node);
                constants.UnionWith(node.Output);
            }
        }
    }

    /// <summary>Whether <paramref name="node"/> is one of them.</summary>
    public bool Contains(NodeProto node) => _nodes.Contains(node);

    // Random numbers are drawn in every run; what a sub-graph reads from outside is not among its node's inputs.
    private static bool IsRepeatable(NodeProto node) => node.Operator() is { } name
        && !name.StartsWith("Random", StringComparison.Ordinal) && name is not ("Bernoulli" or "Multinomial" or "Dropout")
        && !GraphWalk.SubGraphs(node).Any();
}
