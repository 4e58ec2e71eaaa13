using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Writing;

/// <summary>
/// Changes a model's main graph in place: nodes are replaced where they stand, everything else keeps its order, names and metadata.
/// Make one editor for a series of edits and end it with <see cref="Prune"/>.
/// </summary>
internal sealed class GraphEditor
{
    private readonly OnnxModel _model;
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _unusedBefore;
    private readonly HashSet<string> _definedBefore;
    private int _placed;

    /// <summary>An editor of <paramref name="model"/>.</summary>
    public GraphEditor(OnnxModel model)
    {
        _model = model;
        _names = NamesOf(model.Proto);
        var uses = new TensorUses(model.Proto);
        _unusedBefore = [.. new ConstantLookup(model.Graph).All.Select(constant => constant.Name).Where(name => uses.Of(name) == 0)];
        _definedBefore = Defined();
    }

    /// <summary>A name that nothing in the model has: <paramref name="prefix"/>, or that with the first free number. It counts as taken from now on.</summary>
    public string UniqueName(string prefix)
    {
        var name = prefix;
        for (var number = 1; !_names.Add(name); number++)
        {
            name = $"{prefix}_{number}";
        }

        return name;
    }

    /// <summary>Adds an initialiser, with the graph input that files before IR version 4 have for theirs.</summary>
    public void AddInitializer(TensorProto tensor)
    {
        // Not all files obey.
        var needsInput = _model.Proto.IrVersion < GivenTensors.FirstVersionWithFreeInitializers
            && (_model.Graph.Initializer.Count == 0 || _model.Graph.Initializer.Any(initializer => IsInput(initializer.Name)));
        Add(tensor, needsInput);
    }

    /// <summary>
    /// Adds a constant in the way <paramref name="like"/> is stored: as an initialiser, with or without a graph input, or as a
    /// <c>Constant</c> node right after that one's.
    /// </summary>
    public void AddWeight(TensorProto tensor, string like)
    {
        var place = FindConstantNode(like);
        if (place < 0)
        {
            Add(tensor, _model.Proto.IrVersion < GivenTensors.FirstVersionWithFreeInitializers && IsInput(like));
            return;
        }

        _names.Add(tensor.Name);
        var node = new NodeProto { OpType = "Constant", Name = UniqueName(tensor.Name + "_constant"), Output = { tensor.Name } };
        node.Attribute.Add(GraphWriter.Attribute("value", tensor.Clone()));
        _model.Graph.Node.Insert(place + 1, node);
    }

    /// <summary>Puts <paramref name="replacement"/> in the place of the last of <paramref name="nodes"/>, where all that any of them reads exists.</summary>
    /// <exception cref="ArgumentException">One of them is not in the main graph.</exception>
    public void ReplaceNodes(IReadOnlyList<NodeProto> nodes, IReadOnlyList<NodeProto> replacement)
    {
        var last = nodes.Max(IndexOf);
        for (var i = 0; i < replacement.Count; i++)
        {
            _names.UnionWith(replacement[i].Output);
            _names.Add(replacement[i].Name);
            _model.Graph.Node.Insert(last + 1 + i, replacement[i]);
        }

        foreach (var node in nodes)
        {
            _model.Graph.Node.RemoveAt(IndexOf(node));
        }
    }

    /// <summary>
    /// Has constants made by nodes from now on: these stand in front of all others, and have an output for each of <paramref name="constants"/>.
    /// </summary>
    /// <param name="constants">Initialisers or outputs of <c>Constant</c> nodes, no inputs of the graph that a caller may give.</param>
    /// <param name="nodes">Nodes that read <paramref name="tensors"/>, each other's outputs and what was added before.</param>
    /// <param name="tensors">New initialisers.</param>
    public void ReplaceConstants(IReadOnlySet<string> constants, IReadOnlyList<NodeProto> nodes, IEnumerable<TensorProto> tensors)
    {
        Remove(_model.Graph.Initializer, tensor => constants.Contains(tensor.Name));
        Remove(_model.Graph.Input, input => constants.Contains(input.Name));
        Remove(_model.Graph.Node, node => node.Operator() == "Constant" && node.Output.Any(constants.Contains));
        foreach (var tensor in tensors)
        {
            AddInitializer(tensor);
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            _names.UnionWith(nodes[i].Output);
            _model.Graph.Node.Insert(_placed++, nodes[i]);
        }
    }

    /// <summary>
    /// Removes the constants that only the replaced nodes read, and what the file says about tensors that are gone.
    /// What was unused before stays, and so do outputs.
    /// </summary>
    public void Prune()
    {
        var uses = new TensorUses(_model.Proto);
        var lookup = new ConstantLookup(_model.Graph);
        // An initialiser that a caller may replace is part of the model's interface.
        var given = GivenTensors.Of(_model.Proto);
        var dead = lookup.All
            .Where(constant => uses.Of(constant.Name) == 0 && !_unusedBefore.Contains(constant.Name) && !given.Contains(constant.Name))
            .ToList();
        foreach (var constant in dead)
        {
            if (constant.Node is not null)
            {
                _model.Graph.Node.RemoveAt(IndexOf(constant.Node));
            }
            else
            {
                Remove(_model.Graph.Initializer, tensor => tensor.Name == constant.Name);
                Remove(_model.Graph.Input, input => input.Name == constant.Name);
            }
        }

        var gone = _definedBefore.Except(Defined()).ToHashSet(StringComparer.Ordinal);
        Remove(_model.Graph.ValueInfo, info => gone.Contains(info.Name));
        Remove(_model.Graph.QuantizationAnnotation, annotation => gone.Contains(annotation.TensorName));
    }

    private void Add(TensorProto tensor, bool asInput)
    {
        _names.Add(tensor.Name);
        _model.Graph.Initializer.Add(tensor);
        if (asInput)
        {
            _model.Graph.Input.Add(InputOf(tensor));
        }
    }

    private bool IsInput(string name) => _model.Graph.Input.Any(input => input.Name == name);

    private int FindConstantNode(string name)
    {
        for (var i = 0; i < _model.Graph.Node.Count; i++)
        {
            if (_model.Graph.Node[i].Operator() == "Constant" && _model.Graph.Node[i].Output.Contains(name))
            {
                return i;
            }
        }

        return -1;
    }

    // By reference: two nodes of a graph may be equal messages.
    private int IndexOf(NodeProto node)
    {
        for (var i = 0; i < _model.Graph.Node.Count; i++)
        {
            if (ReferenceEquals(_model.Graph.Node[i], node))
            {
                return i;
            }
        }

        throw new ArgumentException($"node '{node.Name}' is not in the main graph of this model", nameof(node));
    }

    private HashSet<string> Defined() =>
    [
        .. _model.Graph.Initializer.Select(tensor => tensor.Name),
        .. _model.Graph.Input.Select(input => input.Name),
        .. _model.Graph.Node.SelectMany(node => node.Output),
    ];

    private static HashSet<string> NamesOf(ModelProto proto)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "" };
        foreach (var graph in GraphWalk.Graphs(proto))
        {
            names.UnionWith(graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Select(info => info.Name));
            names.UnionWith(graph.Initializer.Select(tensor => tensor.Name));
            names.UnionWith(graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? ""));
        }

        foreach (var node in GraphWalk.Nodes(proto))
        {
            names.Add(node.Name);
            names.UnionWith(node.Input);
            names.UnionWith(node.Output);
        }

        return names;
    }

    private static ValueInfoProto InputOf(TensorProto tensor)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(tensor.Dims.Select(dim => new TensorShapeProto.Types.Dimension { DimValue = dim }));
        return new ValueInfoProto
        {
            Name = tensor.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = shape } },
        };
    }

    private static void Remove<T>(IList<T> list, Predicate<T> isGone)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (isGone(list[i]))
            {
                list.RemoveAt(i);
            }
        }
    }
}
