using Google.Protobuf;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Graphs;

/// <summary>Writes ONNX graphs, the product's own arithmetic: small ones of its own (opset 17), or more nodes into a model.</summary>
internal sealed class GraphWriter
{
    private const int OwnOpset = 17;

    private readonly GraphProto graph;
    private readonly HashSet<string> taken;
    private readonly Dictionary<string, string> constants = new(StringComparer.Ordinal);
    private int names;

    /// <summary>An empty graph.</summary>
    public GraphWriter()
        : this(Empty())
    {
    }

    /// <summary>Goes on with <paramref name="model"/>, which is changed; new nodes stand behind its own.</summary>
    public GraphWriter(OnnxModel model)
    {
        Model = model;
        graph = model.Graph;
        taken = [.. graph.Initializer.Select(tensor => tensor.Name), .. graph.Input.Select(input => input.Name), .. graph.Node.SelectMany(node => node.Output)];
    }

    /// <summary>The model as it is now.</summary>
    public OnnxModel Model { get; }

    /// <summary>The version of ONNX's operators that nodes are written in.</summary>
    public long Opset => Model.Opset;

    /// <summary>Declares an input; dimensions of −1 are free.</summary>
    public string Input(string name, DataType type, params long[] shape)
    {
        taken.Add(name);
        graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares an input of any shape and rank.</summary>
    public string InputOfAnyShape(string name, DataType type)
    {
        taken.Add(name);
        var value = Value(name, type);
        value.Type.TensorType.Shape = null;
        graph.Input.Add(value);
        return name;
    }

    /// <summary>Declares an output; dimensions of −1 are free.</summary>
    public void Output(string name, DataType type, params long[] shape) => graph.Output.Add(Value(name, type, shape));

    /// <summary>An int64 vector constant.</summary>
    public string Constant(params long[] values)
    {
        var key = "i:" + string.Join(',', values);
        if (constants.TryGetValue(key, out var known))
        {
            return known;
        }

        var name = constants[key] = NewName("c");
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Int64 };
        tensor.Dims.Add(values.Length);
        tensor.Int64Data.Add(values);
        graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>A float weight of one value everywhere.</summary>
    public string Weight(float value, params long[] shape)
    {
        var name = NewName("w");
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.Add(shape);
        tensor.FloatData.Add(Enumerable.Repeat(value, checked((int)shape.Aggregate(1L, (product, extent) => product * extent))));
        graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>A float scalar constant.</summary>
    public string Scalar(float value)
    {
        var key = "f:" + BitConverter.SingleToUInt32Bits(value);
        return constants.TryGetValue(key, out var known) ? known : constants[key] = Weight(value);
    }

    /// <summary>Adds an initialiser called <paramref name="name"/>.</summary>
    public string Initializer(string name, TensorProto value)
    {
        value.Name = name;
        taken.Add(name);
        graph.Initializer.Add(value);
        return name;
    }

    /// <summary>A name that nothing in the graph has, beginning with <paramref name="prefix"/>. It counts as taken from now on.</summary>
    public string NewName(string prefix)
    {
        string name;
        do
        {
            name = $"{prefix}{names++}";
        }
        while (!taken.Add(name));
        return name;
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Node(string op, IEnumerable<string> inputs, params AttributeProto[] attributes) => NodeTo(NewName("t"), op, inputs, attributes);

    /// <summary>Adds a node with one output called <paramref name="output"/>.</summary>
    public string NodeTo(string output, string op, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        AddNode(op, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with <paramref name="count"/> outputs and returns their names.</summary>
    public string[] Nodes(int count, string op, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        string[] outputs = [.. Enumerable.Range(0, count).Select(_ => NewName("t"))];
        AddNode(op, inputs, outputs, attributes);
        return outputs;
    }

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A float attribute.</summary>
    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A text attribute.</summary>
    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

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

    private void AddNode(string op, IEnumerable<string> inputs, string[] outputs, IEnumerable<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op, Name = outputs[0] };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        node.Attribute.Add(attributes);
        taken.UnionWith(outputs);
        graph.Node.Add(node);
    }
}
