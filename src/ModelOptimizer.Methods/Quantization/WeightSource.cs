namespace ModelOptimizer.Methods.Quantization;

/// <summary>A constant of the main graph that a node reads as a weight.</summary>
/// <param name="Constant">Its name.</param>
/// <param name="IsAsItIs">Whether the node reads just these numbers, in another type at most, and not what other nodes make of them.</param>
/// <param name="IsTransposed">Whether it is transposed on the way.</param>
internal sealed record WeightSource(string Constant, bool IsAsItIs, bool IsTransposed)
{
    // What moves numbers and does not change them: exporters reorder the gates of recurrent cells with a dozen of these.
    private static readonly HashSet<string> Moving = new(StringComparer.Ordinal)
    {
        "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Concat", "Split",
    };

    /// <summary>
    /// The constants that <paramref name="name"/> is, or is made of by nodes that only move numbers; none where it depends on anything else.
    /// </summary>
    /// <param name="name">What a node reads.</param>
    /// <param name="scope">The graph that the node is in.</param>
    /// <param name="constants">Those of the main graph.</param>
    public static IReadOnlyList<WeightSource> Of(string? name, WeightScope scope, ConstantLookup constants)
    {
        var found = new OrderedDictionary<string, WeightSource>(StringComparer.Ordinal);
        var seen = new HashSet<(WeightScope?, string?)>();
        var open = new Queue<(string? Name, WeightScope Scope, bool IsAsItIs, bool IsTransposed)>([(name, scope, true, false)]);
        while (open.TryDequeue(out var next))
        {
            var (node, place) = next.Scope.MakerOf(next.Name);
            if (!seen.Add((place, next.Name)))
            {
                continue;
            }

            var constant = place is null or { IsMain: true } ? constants.Find(next.Name) : null;
            if (constant is not null && (next.Name == name || ElementTypes.IsFloat(constant.Tensor.DataType)))
            {
                found.TryAdd(constant.Name, new WeightSource(constant.Name, next.IsAsItIs, next.IsTransposed));
            }
            else if (node is null || !Moving.Contains(node.Operator() ?? "") || (node.OpType == "Cast" && !ElementTypes.IsFloat((int)node.Int("to", 0))))
            {
                return [];
            }
            else
            {
                foreach (var input in node.OpType == "Concat" ? node.Input : node.Input.Take(1))
                {
                    open.Enqueue((input, place!, next.IsAsItIs && node.OpType == "Cast", next.IsTransposed != (node.OpType == "Transpose")));
                }
            }
        }

        return [.. found.Values];
    }
}

/// <summary>What nodes of a graph see: its own tensors, and those of the graphs around it.</summary>
internal sealed class WeightScope
{
    private readonly WeightScope? _outer;
    private readonly Dictionary<string, NodeProto?> _made = new(StringComparer.Ordinal);

    private WeightScope(GraphProto graph, WeightScope? outer)
    {
        _outer = outer;
        // Those of the main graph are constants, which have a name of their own kind.
        if (outer is not null)
        {
            graph.Input.ToList().ForEach(input => _made[input.Name] = null);
            graph.Initializer.ToList().ForEach(tensor => _made[tensor.Name] = null);
        }

        foreach (var node in graph.Node)
        {
            node.Output.ToList().ForEach(output => _made[output] = node);
        }
    }

    /// <summary>Whether this is the main graph.</summary>
    public bool IsMain => _outer is null;

    /// <summary>Nodes of <paramref name="graph"/>, then of those inside it.</summary>
    public static IEnumerable<(NodeProto Node, WeightScope Scope)> Nodes(GraphProto graph, WeightScope? outer = null)
    {
        var scope = new WeightScope(graph, outer);
        return graph.Node.Select(node => (node, scope))
            .Concat(graph.Node.SelectMany(GraphWalk.SubGraphs).SelectMany(inner => Nodes(inner, scope)));
    }

    /// <summary>The node that makes <paramref name="name"/>, and the graph that has it; null for what no node makes, and no graph but the main one.</summary>
    public (NodeProto? Node, WeightScope? Scope) MakerOf(string? name)
    {
        for (var scope = this; scope is not null && name is { Length: > 0 }; scope = scope._outer)
        {
            if (scope._made.TryGetValue(name, out var node))
            {
                return (node, scope);
            }
        }

        return (null, null);
    }
}
