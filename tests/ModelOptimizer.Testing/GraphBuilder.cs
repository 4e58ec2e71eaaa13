using Google.Protobuf;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Testing;

/// <summary>Composes small ONNX models in tests: inputs, weights and nodes in order, then <see cref="Build"/>.</summary>
internal sealed class GraphBuilder
{
    private readonly ModelProto _model;
    private int _draws;

    /// <summary>An empty graph.</summary>
    public GraphBuilder(int opset = 13, long irVersion = 8)
    {
        _model = new ModelProto { IrVersion = irVersion, ProducerName = "tests", Graph = new GraphProto { Name = "graph" } };
        _model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    /// <summary>The message as it is now, for what has no method here.</summary>
    public ModelProto Proto => _model;

    /// <summary>A graph input; −1 is a symbolic dimension.</summary>
    public GraphBuilder Input(string name, long[] shape, int elementType = (int)TensorProto.Types.DataType.Float)
    {
        _model.Graph.Input.Add(Info(name, shape, elementType));
        return this;
    }

    /// <summary>A graph output; −1 is a symbolic dimension, null an unknown shape.</summary>
    public GraphBuilder Output(string name, long[]? shape = null, int elementType = (int)TensorProto.Types.DataType.Float)
    {
        _model.Graph.Output.Add(Info(name, shape, elementType));
        return this;
    }

    /// <summary>An initializer with these numbers.</summary>
    public GraphBuilder Initializer(string name, long[] shape, double[] values, int elementType = (int)TensorProto.Types.DataType.Float)
    {
        _model.Graph.Initializer.Add(WeightValues.Create(name, elementType, shape, values));
        return this;
    }

    /// <summary>An initializer of normal numbers with standard deviation <paramref name="scale"/>, the same in every run.</summary>
    public GraphBuilder Random(string name, long[] shape, double scale = 1, int elementType = (int)TensorProto.Types.DataType.Float) =>
        Initializer(name, shape, Normal(shape, scale, ++_draws), elementType);

    /// <summary>An int64 initializer.</summary>
    public GraphBuilder Integers(string name, long[] shape, params long[] values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64 };
        tensor.Dims.AddRange(shape);
        tensor.Int64Data.AddRange(values);
        _model.Graph.Initializer.Add(tensor);
        return this;
    }

    /// <summary>A <c>Constant</c> node with these numbers.</summary>
    public GraphBuilder Constant(string name, long[] shape, double[] values, int elementType = (int)TensorProto.Types.DataType.Float) =>
        Node("Constant", [], [name], ("value", WeightValues.Create("", elementType, shape, values)));

    /// <summary>
    /// A node; its name is its first output's with <c>_node</c>. Attributes: int, long, float, double, string, int[], long[], float[], TensorProto, GraphProto.
    /// </summary>
    public GraphBuilder Node(string operation, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = outputs[0] + "_node" };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _model.Graph.Node.Add(node);
        return this;
    }

    /// <summary>
    /// A Conv node called <paramref name="output"/> with random weight <c>output.w</c> (outputs × inputs/group × kernel, He-normal) and bias <c>output.b</c>.
    /// </summary>
    public GraphBuilder Conv(
        string input,
        string output,
        int outputs,
        int inputs,
        int[] kernel,
        bool bias = true,
        int group = 1,
        params (string Name, object Value)[] attributes
    )
    {
        long[] shape = [outputs, inputs / group, .. kernel.Select(extent => (long)extent)];
        Random(output + ".w", shape, Math.Sqrt(2.0 / shape.Skip(1).Aggregate((a, b) => a * b)));
        if (bias)
        {
            Random(output + ".b", [outputs], 0.1);
        }

        (string, object)[] all = group == 1 ? attributes : [.. attributes, ("group", group)];
        Node("Conv", bias ? [input, output + ".w", output + ".b"] : [input, output + ".w"], [output], all);
        return Named(output);
    }

    /// <summary>A Gemm node called <paramref name="output"/> with random weight <c>output.w</c> (K×N, or N×K with transB) and bias <c>output.b</c>.</summary>
    public GraphBuilder Gemm(
        string input,
        string output,
        int outputs,
        int inputs,
        bool bias = true,
        bool transB = false,
        params (string Name, object Value)[] attributes
    )
    {
        Random(output + ".w", transB ? [outputs, inputs] : [inputs, outputs], Math.Sqrt(2.0 / inputs));
        if (bias)
        {
            Random(output + ".b", [outputs], 0.1);
        }

        (string, object)[] all = transB ? [.. attributes, ("transB", 1)] : attributes;
        Node("Gemm", bias ? [input, output + ".w", output + ".b"] : [input, output + ".w"], [output], all);
        return Named(output);
    }

    /// <summary>A MatMul node called <paramref name="output"/> with random weight <c>output.w</c> (K×N).</summary>
    public GraphBuilder MatMul(string input, string output, int outputs, int inputs)
    {
        Random(output + ".w", [inputs, outputs], Math.Sqrt(2.0 / inputs));
        Node("MatMul", [input, output + ".w"], [output]);
        return Named(output);
    }

    /// <summary>A BatchNormalization node with random, plausible statistics.</summary>
    public GraphBuilder BatchNormalization(string input, string output, int channels)
    {
        Initializer(output + ".scale", [channels], [.. Normal([channels], 0.2, ++_draws).Select(value => 1 + value)]);
        Random(output + ".shift", [channels], 0.1);
        Random(output + ".mean", [channels], 0.1);
        Initializer(output + ".var", [channels], [.. Normal([channels], 0.3, ++_draws).Select(value => 0.5 + (value * value))]);
        return Node("BatchNormalization", [input, output + ".scale", output + ".shift", output + ".mean", output + ".var"], [output]);
    }

    /// <summary>Names the node that was added last.</summary>
    public GraphBuilder Named(string name)
    {
        _model.Graph.Node[^1].Name = name;
        return this;
    }

    /// <summary>The model.</summary>
    public OnnxModel Build() => new(_model.Clone());

    /// <summary>Normal numbers with a fixed seed.</summary>
    public static double[] Normal(long[] shape, double scale, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                .Select(_ => scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())),
        ];
    }

    /// <summary>An attribute of the type that fits <paramref name="value"/>.</summary>
    public static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int or long:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, Convert.ToInt64(value, null));
                break;
            case float or double:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, Convert.ToSingle(value, null));
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case int[] ints:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(ints.Select(item => (long)item));
                break;
            case long[] longs:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(longs);
                break;
            case float[] floats:
                attribute.Type = AttributeProto.Types.AttributeType.Floats;
                attribute.Floats.AddRange(floats);
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeProto.Types.AttributeType.Tensor, tensor);
                break;
            case GraphProto graph:
                (attribute.Type, attribute.G) = (AttributeProto.Types.AttributeType.Graph, graph);
                break;
            default:
                throw new ArgumentException($"no attribute type for {value.GetType()}", nameof(value));
        }

        return attribute;
    }

    private static ValueInfoProto Info(string name, long[]? shape, int elementType)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = elementType };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.AddRange(shape.Select((extent, axis) => extent < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = $"d{axis}" }
                : new TensorShapeProto.Types.Dimension { DimValue = extent }));
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
