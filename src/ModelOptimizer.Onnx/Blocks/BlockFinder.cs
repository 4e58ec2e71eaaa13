using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Blocks;

/// <summary>
/// Finds the blocks of a model along the tensors that everything on the way to an output passes through (the output's dominators): stages of residual blocks,
/// runs of plain layers, and the head.
/// </summary>
internal sealed class BlockFinder
{
    // What turns scores into something else is not part of what makes them.
    private static readonly HashSet<string> Finishers = new(StringComparer.Ordinal) { "Softmax", "LogSoftmax", "Sigmoid" };

    private readonly OnnxModel _model;
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly BlockReader _reader;
    private readonly List<Block> _found = [];

    private BlockFinder(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) =>
        (_model, _shapes, _reader) = (model, shapes, new BlockReader(model, shapes));

    /// <summary>The blocks of <paramref name="model"/> that have weights, in its order; a stage's parts follow it.</summary>
    /// <param name="model">The model. The blocks' nodes are its own.</param>
    /// <param name="shapes">The shape of every tensor for one sample; without them nothing is found.</param>
    public static IReadOnlyList<Block> Find(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
    {
        var finder = new BlockFinder(model, shapes);
        foreach (var output in model.Graph.Output.Where(output => shapes.ContainsKey(output.Name)))
        {
            finder.Add(finder.Units(Passages(model, finder._reader.Tensors, output.Name)));
        }

        return finder._found;
    }

    // In any order in which nodes can run, a tensor that all paths pass through is at some moment the only one that is still to be read.
    private static List<string> Passages(OnnxModel model, IReadOnlyList<string> tensors, string output)
    {
        var data = tensors.ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal) { output };
        var nodes = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Reverse().Where(node => node.Output.Any(needed.Contains)))
        {
            nodes.Add(node);
            needed.UnionWith(node.Input);
        }

        nodes.Reverse();
        var open = nodes
            .SelectMany(node => node.Input)
            .Where(data.Contains)
            .GroupBy(name => name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        open[output] = open.GetValueOrDefault(output) + 1;
        var live = tensors.Where(tensor => open.ContainsKey(tensor) && model.Graph.Input.Any(input => input.Name == tensor)).ToHashSet(StringComparer.Ordinal);
        var passages = new List<string>();
        void Note()
        {
            if (live.Count == 1 && (passages.Count == 0 || passages[^1] != live.First()))
            {
                passages.Add(live.First());
            }
        }

        Note();
        foreach (var node in nodes)
        {
            foreach (var input in node.Input.Where(data.Contains))
            {
                if (--open[input] == 0)
                {
                    live.Remove(input);
                }
            }

            live.UnionWith(node.Output.Where(name => open.GetValueOrDefault(name) > 0 && data.Contains(name)));
            Note();
        }

        return passages;
    }

    // From one passage to the next, an activation with the layer before it.
    private List<BlockUnit> Units(List<string> passages)
    {
        var units = new List<BlockUnit>();
        for (var i = 1; i < passages.Count; i++)
        {
            if (_reader.Read(passages[i - 1], passages[i]).Block is not { } piece || !_shapes.TryGetValue(piece.To, out var shape))
            {
                continue;
            }

            var before = units.Count > 0 && units[^1].To == piece.From ? units[^1] : null;
            if (
                before is not null
                && piece.Weights == 0
                && shape.SequenceEqual(before.Shape)
                && !(piece.Nodes.Count == 1 && Finishers.Contains(piece.Nodes[0].Operator() ?? ""))
            )
            {
                units[^1] = before with { To = piece.To };
            }
            else if (piece.Weights > 0)
            {
                units.Add(new BlockUnit(piece.From, piece.To, shape, IsBranching: Branches(piece)));
            }
        }

        return units;
    }

    private static bool Branches(Block piece)
    {
        var made = piece.Nodes.SelectMany(node => node.Output).Append(piece.From).ToHashSet(StringComparer.Ordinal);
        return piece
            .Nodes.SelectMany(node => node.Input)
            .Where(made.Contains)
            .GroupBy(name => name, StringComparer.Ordinal)
            .Any(group => group.Count() > 1 && IsData(group.Key));

        bool IsData(string name) => name == piece.From || piece.Nodes.Any(node => node.Operator() != "Constant" && node.Output.Contains(name));
    }

    private void Add(List<BlockUnit> units)
    {
        for (var first = 0; first < units.Count;)
        {
            var last = first;
            while (last + 1 < units.Count && units[last + 1].Continues(units[last]))
            {
                last++;
            }

            var kind = units[first].IsVector ? BlockKind.Head : units[first].IsBranching ? BlockKind.Stage : BlockKind.Layers;
            if (Add(units[first].From, units[last].To, kind, Numbered(kind)) is { Kind: BlockKind.Stage } stage && last > first)
            {
                for (var part = first; part <= last; part++)
                {
                    Add(units[part].From, units[part].To, BlockKind.Part, $"{stage.Name}.{part - first + 1}");
                }
            }

            first = last + 1;
        }
    }

    private Block? Add(string from, string to, BlockKind kind, string name)
    {
        if (_found.Exists(block => block.From == from && block.To == to) || _reader.Read(from, to).Block is not { } block)
        {
            return null;
        }

        _found.Add(block with { Kind = kind, Name = name });
        return _found[^1];
    }

    private string Numbered(BlockKind kind)
    {
        var number = _found.Count(block => block.Kind == kind) + 1;
        return kind == BlockKind.Head && number == 1 ? "head" : $"{kind.ToString().ToLowerInvariant()}{number}";
    }
}

/// <summary>The smallest part of a block: a layer, or branches that join again, with the activation behind it.</summary>
/// <param name="From">The tensor that enters.</param>
/// <param name="To">The tensor that leaves.</param>
/// <param name="Shape">The latter's shape.</param>
/// <param name="IsBranching">Whether a tensor in it is read twice.</param>
internal sealed record BlockUnit(string From, string To, long[] Shape, bool IsBranching)
{
    /// <summary>Whether it makes vectors, not feature maps.</summary>
    public bool IsVector => Shape.Length <= 2;

    /// <summary>Whether it belongs to the block that <paramref name="before"/> ends so far.</summary>
    public bool Continues(BlockUnit before) =>
        From == before.To && IsVector == before.IsVector && (IsVector || (IsBranching == before.IsBranching && Shape.SequenceEqual(before.Shape)));
}
