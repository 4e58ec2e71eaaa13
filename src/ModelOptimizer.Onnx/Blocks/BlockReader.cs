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
    private readonly GraphMacs _macs = new(model, shapes);
    private readonly Dictionary<NodeProto, int> _places = Places(model.Graph);
    private readonly Dictionary<string, NodeProto> _makers = Makers(model.Graph);
    private readonly ILookup<NodeProto, WeightLayer> _layers = LayerFinder.Find(model).ToLookup(layer => layer.Node, Same);

    private readonly HashSet<string> _constants =
    [
        .. model.Graph.Initializer.Select(tensor => tensor.Name).Except(GivenTensors.Of(model.Proto), StringComparer.Ordinal),
        .. model.Graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? ""),
    ];

    private static IEqualityComparer<NodeProto> Same => ReferenceEqualityComparer.Instance;

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
            Weights = inside.SelectMany(node => _layers[node]).DistinctBy(layer => layer.Weight).Sum(layer => layer.WeightCount),
            Macs = _macs.Of(nodes),
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

    private static Dictionary<NodeProto, int> Places(GraphProto graph)
    {
        var places = new Dictionary<NodeProto, int>(Same);
        for (var place = 0; place < graph.Node.Count; place++)
        {
            places.Add(graph.Node[place], place);
        }

        return places;
    }

    private static Dictionary<string, NodeProto> Makers(GraphProto graph)
    {
        var makers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output)
            {
                makers[output] = node;
            }
        }

        return makers;
    }

    // What depends on the entry, and what the exit depends on: the nodes that are both. A node comes after what it reads, so that they lie between the makers.
    private HashSet<NodeProto> Between(string from, string to)
    {
        var (first, last) = (PlaceOf(from) + 1, PlaceOf(to));
        var reached = new HashSet<string>(StringComparer.Ordinal) { from };
        var behind = new List<NodeProto>();
        for (var place = first; place <= last; place++)
        {
            var node = model.Graph.Node[place];
            if (node.Input.Any(reached.Contains))
            {
                behind.Add(node);
                reached.UnionWith(node.Output);
            }
        }

        var needed = new HashSet<string>(StringComparer.Ordinal) { to };
        var inside = new HashSet<NodeProto>(Same);
        foreach (var node in Enumerable.Reverse(behind).Where(node => node.Output.Any(needed.Contains)))
        {
            inside.Add(node);
            needed.UnionWith(node.Input);
        }

        return inside;
    }

    // −1 for what no node makes.
    private int PlaceOf(string tensor) => _makers.TryGetValue(tensor, out var maker) ? _places[maker] : -1;

    private string? Obstacle(HashSet<NodeProto> inside, string from, string to)
    {
        var made = inside.SelectMany(node => node.Output).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        var reads = inside.SelectMany(node => node.Input).CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        bool IsMadeAtLoad(string name) => _makers.TryGetValue(name, out var maker) && _loadTime.Contains(maker);
        foreach (var node in inside)
        {
            if (GraphWalk.SubGraphs(node).Any())
            {
                return $"{Describe(node)} between them has a graph of its own inside";
            }

            if (
                node.Input.FirstOrDefault(input =>
                    input.Length > 0 && input != from && !made.Contains(input) && !_constants.Contains(input) && !IsMadeAtLoad(input)
                ) is
                { } other
            )
            {
                return $"{Describe(node)} between them also reads '{other}', which is not computed from '{from}'";
            }
        }

        foreach (var tensor in made.Where(tensor => tensor != to && _uses.Of(tensor) > reads.GetValueOrDefault(tensor)))
        {
            var reader = model.Graph.Node.FirstOrDefault(node => !inside.Contains(node) && node.Input.Contains(tensor));
            return $"'{tensor}' between them is also "
                + $"{(reader is not null ? $"read by {Describe(reader)}" : _uses.IsOutput(tensor) ? "an output of the model" : "read inside a sub-graph")}";
        }

        return null;
    }

    // With the nodes that depend on constants alone and that only the block reads: they would be left without a reader.
    private IEnumerable<NodeProto> WithConstants(HashSet<NodeProto> inside)
    {
        var reads = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new SortedSet<int>(inside.Select(node => _places[node]));
        var all = new List<int>();
        // From the last on: when a node is come to, all its readers have been.
        while (open.Count > 0)
        {
            var place = open.Max;
            open.Remove(place);
            var node = model.Graph.Node[place];
            if (!inside.Contains(node) && !node.Output.All(output => _uses.Of(output) > 0 && reads.GetValueOrDefault(output) == _uses.Of(output)))
            {
                continue;
            }

            all.Add(place);
            foreach (var input in node.Input)
            {
                reads[input] = reads.GetValueOrDefault(input) + 1;
                if (_makers.TryGetValue(input, out var maker) && _loadTime.Contains(maker))
                {
                    open.Add(_places[maker]);
                }
            }
        }

        all.Sort();
        return all.Select(place => model.Graph.Node[place]);
    }

    private static string Describe(NodeProto node) =>
        node.Name.Length > 0 ? $"the {node.OpType} '{node.Name}'" : $"the {node.OpType} that makes '{node.Output[0]}'";
}
