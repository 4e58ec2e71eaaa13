using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOptimizer.Onnx.Values;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Onnx.Writing;

/// <summary>
/// Writes nodes, attributes and constants: graphs of the product's own arithmetic (opset 17), more nodes behind a model's, or what takes a place in a model
/// (<see cref="Rewrite"/>). In what forms a version of ONNX's operators knows them is said by <see cref="Opsets"/>.
/// </summary>
internal sealed class GraphWriter
{
    private const int OwnOpset = 17;

    private readonly HashSet<string>? _taken;
    private readonly Func<string, string> _newName;
    private int _names;

    /// <summary>An empty graph.</summary>
    public GraphWriter()
        : this(Empty())
    {
    }

    /// <summary>Goes on with <paramref name="model"/>, which is changed; new nodes stand behind its own.</summary>
    public GraphWriter(OnnxModel model)
    {
        var graph = model.Graph;
        (Model, NewNodes, NewConstants, _newName) = (model, graph.Node, graph.Initializer, Numbered);
        _taken =
        [
            .. graph.Initializer.Select(tensor => tensor.Name),
            .. graph.Input.Select(input => input.Name),
            .. graph.Node.SelectMany(node => node.Output),
        ];
    }

    /// <summary>Collects what will be put into <paramref name="model"/>.</summary>
    /// <param name="model">The model, whose operators are written.</param>
    /// <param name="newName">From a prefix to a name that nothing in the model has.</param>
    public GraphWriter(OnnxModel model, Func<string, string> newName) =>
        (Model, NewNodes, NewConstants, _newName) = (model, new List<NodeProto>(), new List<TensorProto>(), newName);

    /// <summary>The model as it is now.</summary>
    public OnnxModel Model { get; }

    /// <summary>The nodes in order; of a graph of its own, all of them.</summary>
    public IList<NodeProto> NewNodes { get; }

    /// <summary>The constants in order; of a graph of its own, all of them.</summary>
    public IList<TensorProto> NewConstants { get; }

    /// <summary>What the names of nodes and constants begin with.</summary>
    public string Stem { get; init; } = "";

    /// <summary>What <see cref="Numbers"/> are stored as, a <c>TensorProto.DataType</c> value.</summary>
    public int ElementType { get; init; } = (int)DataType.Float;

    /// <summary>Whether a node is called like its first output; names are part of the file.</summary>
    public bool NamesNodes { get; init; } = true;

    /// <summary>Names of small constants that are there already, by content.</summary>
    public Dictionary<string, string> Known { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The version of ONNX's operators that nodes are written in.</summary>
    public long Opset => Model.Opset;

    /// <summary>Bytes in a file of all nodes and constants.</summary>
    public long Bytes => NewNodes.Sum(ModelSize.Framed) + NewConstants.Sum(ModelSize.Framed);

    /// <summary>Declares an input; dimensions of −1 are free.</summary>
    public string Input(string name, DataType type, params long[] shape)
    {
        _taken?.Add(name);
        Model.Graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares an input of any shape and rank.</summary>
    public string InputOfAnyShape(string name, DataType type)
    {
        Input(name, type);
        Model.Graph.Input[^1].Type.TensorType.Shape = null;
        return name;
    }

    /// <summary>Declares an output; dimensions of −1 are free.</summary>
    public void Output(string name, DataType type, params long[] shape) => Model.Graph.Output.Add(Value(name, type, shape));

    /// <summary>A name that nothing in the model has, beginning with <paramref name="prefix"/>. It counts as taken from now on.</summary>
    public string NewName(string prefix) => _newName(prefix);

    /// <summary>The same for <see cref="Stem"/> and <paramref name="suffix"/>.</summary>
    public string Named(string suffix) => _newName(Stem + suffix);

    /// <summary>An int64 vector constant; equal ones are one.</summary>
    public string Constant(params long[] values) => Shared<long>("c", DataType.Int64, values, values.Length);

    /// <summary>A float scalar constant; equal ones are one.</summary>
    public string Scalar(float value) => Shared<float>("w", DataType.Float, [value]);

    /// <summary>A float weight of one value everywhere.</summary>
    public string Weight(float value, params long[] shape)
    {
        var values = new float[checked((int)ElementTypes.Count(shape)!.Value)];
        values.AsSpan().Fill(value);
        return Raw<float>("w", DataType.Float, values, shape);
    }

    /// <summary>A constant of <see cref="ElementType"/>.</summary>
    public string Numbers(string suffix, ReadOnlySpan<double> values, params long[] dims)
    {
        var name = Named(suffix);
        return Initializer(name, WeightValues.Create(name, ElementType, dims, values));
    }

    /// <summary>A constant of any type.</summary>
    public string Raw<T>(string suffix, DataType type, ReadOnlySpan<T> values, params long[] dims)
        where T : unmanaged
    {
        var tensor = new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        tensor.Dims.Add(dims);
        return Initializer(Named(suffix), tensor);
    }

    /// <summary>A constant of few numbers: equal ones are one.</summary>
    public string Shared<T>(string suffix, DataType type, ReadOnlySpan<T> values, params long[] dims)
        where T : unmanaged
    {
        var key = $"{type}|{string.Join(',', dims)}|{Convert.ToHexString(MemoryMarshal.AsBytes(values))}";
        return Known.TryGetValue(key, out var known) ? known : Known[key] = Raw(suffix, type, values, dims);
    }

    /// <summary>Adds an initialiser called <paramref name="name"/>.</summary>
    public string Initializer(string name, TensorProto value)
    {
        value.Name = name;
        _taken?.Add(name);
        NewConstants.Add(value);
        return name;
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Node(string op, IEnumerable<string> inputs, params AttributeProto[] attributes) => Node(op, "t", inputs, attributes);

    /// <summary>Adds a node with one output, named after <see cref="Stem"/> and <paramref name="suffix"/>, and returns the output's name.</summary>
    public string Node(string op, string suffix, IEnumerable<string> inputs, params AttributeProto[] attributes) =>
        NodeTo(Named(suffix), op, inputs, attributes);

    /// <summary>Adds a node with one output called <paramref name="output"/>.</summary>
    public string NodeTo(string output, string op, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        NodeTo([output], op, inputs, attributes);
        return output;
    }

    /// <summary>Adds a node with these outputs.</summary>
    public void NodeTo(string[] outputs, string op, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op };
        if (NamesNodes)
        {
            node.Name = outputs[0];
        }

        node.Input.Add(inputs);
        node.Output.Add(outputs);
        node.Attribute.Add(attributes);
        _taken?.UnionWith(outputs);
        NewNodes.Add(node);
    }

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A float attribute.</summary>
    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A text attribute.</summary>
    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>A tensor, which loses its name.</summary>
    public static AttributeProto Attribute(string name, TensorProto value)
    {
        value.ClearName();
        return new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Tensor, T = value };
    }

    /// <summary>A list of integers.</summary>
    public static AttributeProto Attribute(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    /// <summary>The finished model.</summary>
    public OnnxModel Build() => Model;

    /// <summary>A description of a tensor-valued input or output.</summary>
    public static ValueInfoProto Value(string name, DataType type, params long[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        for (var i = 0; i < shape.Length; i++)
        {
            tensor.Shape.Dim.Add(shape[i] < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{i}" }
                : new TensorShapeProto.Types.Dimension { DimValue = shape[i] });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static OnnxModel Empty()
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "modelopt", Graph = new GraphProto { Name = "modelopt" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OwnOpset });
        return new OnnxModel(model);
    }

    private string Numbered(string prefix)
    {
        string name;
        do
        {
            name = $"{prefix}{_names++}";
        }
        while (!_taken!.Add(name));
        return name;
    }
}
