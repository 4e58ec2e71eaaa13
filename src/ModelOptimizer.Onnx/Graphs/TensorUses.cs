namespace ModelOptimizer.Onnx.Graphs;

/// <summary>
/// How often every name is read. Names are counted in sub-graphs and training graphs too: an inner graph may read what an outer one makes, and a count that is too high
/// only keeps something that could have gone.
/// </summary>
internal sealed class TensorUses
{
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs = new(StringComparer.Ordinal);

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
                    (readers.TryGetValue(input, out var nodes) ? nodes : readers[input] = []).Add(node);
                }
            }

            foreach (var output in graph.Output)
            {
                Count(output.Name);
                outputs.Add(output.Name);
            }
        }

        foreach (var binding in model.TrainingInfo.SelectMany(training => training.InitializationBinding.Concat(training.UpdateBinding)))
        {
            Count(binding.Key);
            Count(binding.Value);
        }
    }

    /// <summary>Number of times <paramref name="name"/> is read, outputs of graphs included.</summary>
    public int Of(string name) => counts.GetValueOrDefault(name);

    /// <summary>Whether <paramref name="name"/> is an output of a graph.</summary>
    public bool IsOutput(string name) => outputs.Contains(name);

    /// <summary>The node that alone reads <paramref name="name"/>; null when there are more, none, or it is an output.</summary>
    public NodeProto? OnlyReader(string name) => Of(name) == 1 && readers.TryGetValue(name, out var nodes) ? nodes[0] : null;

    private void Count(string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
