namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>
/// The part of a model that is to run in integers: layers, and what lies between them and has an integer kernel too. Only its tensors are of 8 bits, so that no
/// number is rounded for a node that computes in floating point anyway.
/// </summary>
internal sealed class IntegerRegion
{
    // What computes: its output has a range of its own.
    private static readonly HashSet<string> Computing = new(StringComparer.Ordinal)
    {
        "Mul", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid",
    };

    // Where what integer kernels make meets what others make: it is worth rounding that too, for what comes behind.
    private static readonly HashSet<string> Joining = new(StringComparer.Ordinal) { "Add", "Concat" };

    // What moves numbers, and gives back those that it reads, or zeros.
    private static readonly HashSet<string> Moving = new(StringComparer.Ordinal)
    {
        "MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Pad",
    };

    private readonly OnnxModel _model;
    private readonly Dictionary<NodeProto, WeightLayer> _layers;
    private readonly TensorUses _uses;
    private readonly ConstantLookup _constants;
    private readonly ILookup<string, NodeProto> _readers;
    private readonly HashSet<string> _fixed;
    private readonly HashSet<string> _given;
    private readonly HashSet<NodeProto> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeProto, NodeProto> _clamps = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, IntegerTensor> _tensors = new(StringComparer.Ordinal);

    /// <param name="model">The model.</param>
    /// <param name="layers">Its layers that are to run in integers, in its order.</param>
    public IntegerRegion(OnnxModel model, IEnumerable<WeightLayer> layers)
    {
        _model = model;
        _layers = new(layers.Select(layer => KeyValuePair.Create(layer.Node, layer)), ReferenceEqualityComparer.Instance);
        (_uses, _constants) = (new TensorUses(model.Proto), new ConstantLookup(model.Graph));
        _readers = model.Graph.Node.SelectMany(node => node.Input.Distinct().Select(input => (input, node))).ToLookup(read => read.input, read => read.node);
        var loadTime = new LoadTimeNodes(model.Proto);
        _given = GivenTensors.Of(model.Proto);
        _fixed =
        [
            .. model.Graph.Initializer.Select(tensor => tensor.Name),
            .. model.Graph.SparseInitializer.Select(tensor => tensor.Values.Name),
            .. model.Graph.Node.Where(loadTime.Contains).SelectMany(node => node.Output),
        ];
        foreach (var node in model.Graph.Node.Where(node => !loadTime.Contains(node)))
        {
            Spread(node);
        }

        LeaveEnds();
        foreach (var node in model.Graph.Node.Where(_nodes.Contains))
        {
            AddTensors(node);
        }
    }

    /// <summary>The tensors of 8 bits by name.</summary>
    public IReadOnlyDictionary<string, IntegerTensor> Tensors => _tensors;

    /// <summary>Whether <paramref name="node"/> is to read 8 bits where it can.</summary>
    public bool Contains(NodeProto node) => _nodes.Contains(node);

    /// <summary>Whether anything reads <paramref name="tensor"/> but what moves its codes.</summary>
    public bool IsReadAsNumbers(string tensor) =>
        _uses.Of(tensor) > _readers[tensor].Count(reader => _nodes.Contains(reader) && IsMoving(reader));

    /// <summary>Whether such a node moves codes as they are.</summary>
    public static bool IsMoving(NodeProto node) => node.Operator() is { } name && Moving.Contains(name);

    // What is made by integer kernels goes on through them.
    private void Spread(NodeProto node)
    {
        if (_layers.TryGetValue(node, out var layer))
        {
            _nodes.Add(node);
            // A product of matrices gives floating-point numbers at once, as they are added to others.
            if (layer.Kind != LayerKind.MatMul)
            {
                Make(node);
            }
        }
        else if (node.Operator() is { } name && (
            (Computing.Contains(name) && node.Attribute("dilations") is null && node.Input.All(_roots.ContainsKey))
            || (Joining.Contains(name) && node.Input.Any(_roots.ContainsKey) && !node.Input.Any(_fixed.Contains))))
        {
            _nodes.Add(node);
            Make(node);
        }
        else if (IsMoving(node) && node.Output.Count == 1 && PadsWithZeros(node) && _roots.TryGetValue(node.Input[0], out var root))
        {
            _nodes.Add(node);
            _roots[node.Output[0]] = root;
        }
    }

    // A Relu behind a node is the lower end of the output's range, and goes.
    private void Make(NodeProto node)
    {
        // One inside a branch or body is not always run.
        if (_uses.OnlyReader(node.Output[0]) is { } reader && _readers[node.Output[0]].Contains(reader) && IsClamp(reader))
        {
            _clamps[node] = reader;
        }

        var output = Output(node);
        _roots[output] = output;
    }

    private string Output(NodeProto node) => _clamps.TryGetValue(node, out var clamp) ? clamp.Output[0] : node.Output[0];

    private bool IsClamp(NodeProto node) => node.Operator() == "Relu" || HighestOf(node) is not null;

    private bool PadsWithZeros(NodeProto node) =>
        node.Operator() != "Pad" || node.Text("mode", "constant") != "constant" || node.InputAt(2) is null || Scalar(node.InputAt(2)) == 0;

    // Of Clip from 0 on: where it ends.
    private float? HighestOf(NodeProto node) =>
        node.Operator() == "Clip"
        && Scalar(node.InputAt(1)) == 0
        && Scalar(node.InputAt(2)) is { } highest and > 0
            ? highest
            : null;

    private float? Scalar(string? name) =>
        name is not null && !_given.Contains(name)
        && _constants.Find(name)?.Tensor is { } tensor
        && WeightValues.Defect(tensor) is null
        && WeightValues.ReadFloats(tensor) is [var value] ? value : null;

    // Behind the last layer nothing is gained by 8 bits.
    private void LeaveEnds()
    {
        foreach (var node in _model.Graph.Node.Reverse().Where(node => _nodes.Contains(node) && !_layers.ContainsKey(node)))
        {
            if (!IsRead(Output(node)))
            {
                _nodes.Remove(node);
            }
        }
    }

    private bool IsRead(string tensor) => _readers[tensor].Any(_nodes.Contains);

    private void AddTensors(NodeProto node)
    {
        var inputs = _layers.ContainsKey(node) || IsMoving(node) ? node.Input.Take(1) : node.Input;
        foreach (var input in inputs)
        {
            _tensors.TryAdd(input, new IntegerTensor(input, IsMade: false));
        }

        var output = Output(node);
        // A convolution has no integer kernel that gives floating-point numbers; a dense layer has, but none with a Relu behind it.
        var isRounded = IsRead(output) || _layers.GetValueOrDefault(node)?.Kind == LayerKind.Conv || _clamps.ContainsKey(node);
        if (isRounded && _roots.TryGetValue(output, out var root))
        {
            _tensors[output] = new IntegerTensor(root, IsMade: true)
            {
                Highest = _clamps.TryGetValue(node, out var clamp) ? HighestOf(clamp) : null,
            };
        }
    }
}

/// <summary>A tensor of 8 bits.</summary>
/// <param name="Root">The tensor whose range it has: its own, or what its numbers were moved from.</param>
/// <param name="IsMade">Whether an integer kernel makes it; then all read it so, and else only those that compute with integers.</param>
internal sealed record IntegerTensor(string Root, bool IsMade)
{
    /// <summary>What the runtime must find the range to end within, so that it leaves the Clip out; null for no such thing.</summary>
    public float? Highest { get; init; }
}
