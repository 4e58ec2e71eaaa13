using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Writing;

/// <summary>A clone of a model in which places are written anew.</summary>
internal sealed class Rewrite
{
    private readonly OnnxModel _original;
    private readonly GraphEditor _editor;
    private readonly Dictionary<NodeProto, NodeProto> _own;
    private readonly ConstantLookup _constants;
    private readonly TensorUses _uses;
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _shortNames;

    /// <summary>Clones <paramref name="model"/>.</summary>
    public Rewrite(OnnxModel model)
    {
        (_original, Model) = (model, model.Clone());
        _editor = new GraphEditor(Model);
        _own = new(model.Graph.Node.Zip(Model.Graph.Node, KeyValuePair.Create), ReferenceEqualityComparer.Instance);
        _constants = new ConstantLookup(Model.Graph);
        _uses = new TensorUses(Model.Proto);
    }

    /// <summary>The clone.</summary>
    public OnnxModel Model { get; }

    /// <summary>A clone of <paramref name="model"/> with every site written, without what only the old nodes read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sites">The sites in order; their nodes are <paramref name="model"/>'s own.</param>
    /// <param name="write">Writes one.</param>
    /// <exception cref="InvalidOperationException">The result does not hang together: <paramref name="write"/> is wrong.</exception>
    public static OnnxModel Apply<T>(OnnxModel model, IEnumerable<T> sites, Action<T, Rewrite> write)
    {
        var rewrite = new Rewrite(model);
        foreach (var site in sites)
        {
            write(site, rewrite);
        }

        return rewrite.Finish();
    }

    /// <summary>The clone of a node of the original.</summary>
    public NodeProto Own(NodeProto node) => _own[node];

    /// <summary>Says that <paramref name="written"/> is in the place of a node of the original, for sites to come.</summary>
    public void Succeed(NodeProto node, NodeProto written) => _own[node] = written;

    /// <summary>A layer of the original with the nodes of the clone.</summary>
    public WeightLayer Own(WeightLayer layer) => layer with
    {
        Node = _own[layer.Node],
        BiasAdd = layer.BiasAdd is { } add ? _own[add] : null,
        BatchNormalization = layer.BatchNormalization is { } normalization ? _own[normalization] : null,
    };

    /// <summary>Writes what takes a layer's place, with its weight's element type and names that begin with its weight's.</summary>
    public GraphWriter Writer(WeightLayer layer) => Writer(layer.Weight, layer.ElementType);

    /// <summary>Writes nodes and constants with names that begin with <paramref name="stem"/>.</summary>
    public GraphWriter Writer(string stem, int elementType) => new(Model, _editor.UniqueName) { Stem = stem, ElementType = elementType };

    /// <summary>Writes nodes without names, with names of tensors that are as short as they can be: what is computed at load is read by nobody.</summary>
    public GraphWriter ShortWriter(int elementType) =>
        new(Model, _ => _editor.UniqueName($"u{_shortNames++}")) { ElementType = elementType, NamesNodes = false, Known = _known };

    /// <inheritdoc cref="GraphEditor.UniqueName"/>
    public string UniqueName(string prefix) => _editor.UniqueName(prefix);

    /// <summary>Puts what was written in the place of <paramref name="nodes"/>, the clone's own.</summary>
    /// <param name="nodes">The nodes that go.</param>
    /// <param name="written">What comes. A constant that is called as one of the clone takes its place.</param>
    /// <param name="like">The constant in whose way constants are stored; null for plain initialisers.</param>
    public void Replace(IReadOnlyList<NodeProto> nodes, GraphWriter written, string? like = null)
    {
        foreach (var tensor in written.NewConstants)
        {
            if (_constants.Find(tensor.Name) is not null)
            {
                SetConstant(tensor.Name, tensor.Dims, WeightValues.ReadDoubles(tensor));
            }
            else if (like is null)
            {
                _editor.AddInitializer(tensor);
            }
            else
            {
                _editor.AddWeight(tensor, like);
            }
        }

        _editor.ReplaceNodes(nodes, [.. written.NewNodes]);
    }

    /// <summary>Has the main graph consist of the nodes that were written, those of the clone among them, and adds the constants.</summary>
    public void SetNodes(GraphWriter written)
    {
        foreach (var tensor in written.NewConstants)
        {
            _editor.AddInitializer(tensor);
        }

        Model.Graph.Node.Clear();
        Model.Graph.Node.AddRange(written.NewNodes);
    }

    /// <inheritdoc cref="GraphEditor.ReplaceConstants"/>
    public void ReplaceConstants(IReadOnlySet<string> names, GraphWriter written) =>
        _editor.ReplaceConstants(names, [.. written.NewNodes], written.NewConstants);

    /// <inheritdoc cref="GraphEditor.AddWeight"/>
    public void AddWeight(TensorProto tensor, string like) => _editor.AddWeight(tensor, like);

    /// <summary>Whether <paramref name="name"/> is a constant of one reader that nobody can replace, and whose tensor is in the file as such.</summary>
    public bool IsFree(string? name) =>
        _constants.Find(name) is { } constant
        && _uses.OnlyReader(constant.Name) is not null
        && (constant.Node is null || constant.Node.Attribute("value") is not null)
        && !GivenTensors.Of(Model.Proto).Contains(constant.Name);

    /// <summary>Gives the constant <paramref name="name"/> other numbers where it is stored, and another shape if need be.</summary>
    public void SetConstant(string name, IReadOnlyList<long> dims, ReadOnlySpan<double> values)
    {
        var tensor = _constants[name];
        long[] shape = [.. dims];
        tensor.Dims.Clear();
        tensor.Dims.Add(shape);
        WeightValues.Write(tensor, values);
        if (Model.Graph.Input.FirstOrDefault(input => input.Name == name)?.Type?.TensorType is { } declared)
        {
            declared.Shape = new TensorShapeProto();
            declared.Shape.Dim.Add(shape.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        }

        ForgetShape(name);
    }

    /// <summary>Removes what the file says about the shape of <paramref name="name"/>.</summary>
    public void ForgetShape(string name)
    {
        if (Model.Graph.ValueInfo.FirstOrDefault(info => info.Name == name) is { } info)
        {
            Model.Graph.ValueInfo.Remove(info);
        }
    }

    /// <summary>The finished clone.</summary>
    /// <exception cref="InvalidOperationException">It does not hang together.</exception>
    public OnnxModel Finish()
    {
        _editor.Prune();
        // A model may come with faults of its own, and run all the same.
        return OnnxValidator.Check(Model) is { Count: > 0 } problems && OnnxValidator.Check(_original).Count == 0
            ? throw new InvalidOperationException($"what was written does not hang together: {problems[0]}")
            : Model;
    }
}
