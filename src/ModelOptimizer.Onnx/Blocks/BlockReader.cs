using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Onnx.Blocks;

/// <summary>Reads what lies between two tensors of a model's main graph.</summary>
/// <param name="model">The model.</param>
/// <param name="shapes">The shape of every tensor for one sample; empty where they are not known.</param>
internal sealed class BlockReader(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
{
    private readonly LoadTimeNodes _loadTime = new(model.Proto);
    private readonly TensorUses _uses = new(model.Proto);
    private readonly IReadOnlyList<WeightLayer> _layers = LayerFinder.Find(model);

    private readonly HashSet<string> _constants =
    [
        .. model.Graph.Initializer.Select(tensor => tensor.Name).Except(GivenTensors.Of(model.Proto), StringComparer.Ordinal),
        .. model.Graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? ""),
    ];

    /// <summary>The tensors that depend on the model's inputs, in the order in which they are made.</summary>
    public IReadOnlyList<string> Tensors { get; } = DataTensors(model);

    /// <summary>
    /// The block between <paramref name="from"/> and <paramref name="to"/>, both among <see cref="Tensors"/>; or why that is none, as a clause about it.
    /// </summary>
    public (Block? Block, string? Obstacle) Read(string from, string to)
    {
        var inside = Between(from, to);
        if (inside.Count == 0)
        {
            return (null, $"'{to}' is not computed from '{from}'");
        }

        if (Obstacle(inside, from, to) is { } obstacle)
        {
            return (null, obstacle);
        }

        NodeProto[] nodes = [.. WithConstants(inside)];
        return (new Block
        {
            Name = to,
            Kind = BlockKind.Named,
            From = from,
            To = to,
            Nodes = nodes,
            Weights = _layers.Where(layer => inside.Contains(layer.Node)).DistinctBy(layer => layer.Weight).Sum(layer => layer.WeightCount),
            Macs = ModelStatistics.Macs(model, nodes, shapes),
        }, null);
    }

    private static string[] DataTensors(OnnxModel model)
    {
        var constant = new LoadTimeNodes(model.Proto);
        var initializers = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. model.Graph.Input.Select(input => input.Name).Where(name => !initializers.Contains(name)),
            .. model.Graph.Node.Where(node => !constant.Contains(node)).SelectMany(node => node.Output).Where(name => name.Length > 0),
        ];
    }

    // What depends on the entry, and what the exit depends on: the nodes that are both.
    private HashSet<NodeProto> Between(string from, string to)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { from };
        var behind = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Where(node => node.Input.Any(reached.Contains)))
        {
            behind.Add(node);
            reached.UnionWith(node.Output);
        }

        var needed = new HashSet<string>(StringComparer.Ordinal) { to };
        var inside = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in Enumerable.Reverse(behind).Where(node => node.Output.Any(needed.Contains)))
        {
            inside.Add(node);
            needed.UnionWith(node.Input);
        }

        return inside;
    }

    private string? Obstacle(HashSet<NodeProto> inside, string from, string to)
    {
        var made = inside.SelectMany(node => node.Output).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        var madeAtLoad = model.Graph.Node.Where(_loadTime.Contains).SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        foreach (var node in inside)
        {
            if (GraphWalk.SubGraphs(node).Any())
            {
                return $"{Describe(node)} between them has a graph of its own inside";
            }

            if (
                node.Input.FirstOrDefault(input =>
                    input.Length > 0 && input != from && !made.Contains(input) && !_constants.Contains(input) && !madeAtLoad.Contains(input)
                ) is
                { } other
            )
            {
                return $"{Describe(node)} between them also reads '{other}', which is not computed from '{from}'";
            }
        }

        foreach (var tensor in made.Where(tensor => tensor != to && _uses.Of(tensor) > inside.Sum(node => node.Input.Count(input => input == tensor))))
        {
            var reader = model.Graph.Node.FirstOrDefault(node => !inside.Contains(node) && node.Input.Contains(tensor));
            return $"'{tensor}' between them is also "
                + $"{(reader is not null ? $"read by {Describe(reader)}" : _uses.IsOutput(tensor) ? "an output of the model" : "read inside a sub-graph")}";
        }

        return null;
    }

    // Nodes that depend on constants alone and that only the block reads would be left without a reader.
    private IEnumerable<NodeProto> WithConstants(HashSet<NodeProto> inside)
    {
        var all = new HashSet<NodeProto>(inside, ReferenceEqualityComparer.Instance);
        var reads = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node.Reverse())
        {
            if (
                !all.Contains(node)
                && !(_loadTime.Contains(node) && node.Output.All(output => _uses.Of(output) > 0 && reads.GetValueOrDefault(output) == _uses.Of(output)))
            )
            {
                continue;
            }

            all.Add(node);
            foreach (var input in node.Input)
            {
                reads[input] = reads.GetValueOrDefault(input) + 1;
            }
        }

        return model.Graph.Node.Where(all.Contains);
    }

    private static string Describe(NodeProto node) =>
        node.Name.Length > 0 ? $"the {node.OpType} '{node.Name}'" : $"the {node.OpType} that makes '{node.Output[0]}'";
}
