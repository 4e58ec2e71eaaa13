using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Graphs;

/// <summary>Writes small ONNX graphs (opset 17): the product's own arithmetic.</summary>
public sealed class GraphBuilder
{
    private readonly GraphProto graph = new() { Name = "modelopt" };
    private int names;

    /// <summary>Declares an input; dimensions of −1 are free.</summary>
    public string Input(string name, DataType type, params long[] shape)
    {
        graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares an input of any shape and rank.</summary>
    public string InputOfAnyShape(string name, DataType type)
    {
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
        var name = NewName("c");
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

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Node(string op, IEnumerable<string> inputs, params AttributeProto[] attributes) => NodeTo(NewName("t"), op, inputs, attributes);

    /// <summary>Adds a node with one output called <paramref name="output"/>.</summary>
    public string NodeTo(string output, string op, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        graph.Node.Add(node);
        return output;
    }

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A float attribute.</summary>
    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A list of integers.</summary>
    public static AttributeProto Attribute(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    /// <summary>The finished model.</summary>
    public OnnxModel Build()
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "modelopt", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return new OnnxModel(model);
    }

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

    private string NewName(string prefix) => $"{prefix}{names++}";
}
