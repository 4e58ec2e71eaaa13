using System.Runtime.InteropServices;
using Google.Protobuf;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Collects the nodes and constants that take a layer's place. Their names are the original weight's with an ending.</summary>
internal sealed class WeightParts(WeightLayer layer, GraphEditor editor, long opset)
{
    private readonly List<(long[] Values, string Name)> _shapes = [];

    public WeightLayer Layer => layer;

    public long Opset => opset;

    /// <summary>The nodes, in order.</summary>
    public List<NodeProto> Nodes { get; } = [];

    /// <summary>The constants. One that is called as the weight takes the weight's place.</summary>
    public List<TensorProto> Tensors { get; } = [];

    public string NodeName(string suffix) => editor.UniqueName(layer.Name + suffix);

    public string OutputName(string suffix) => editor.UniqueName(layer.Node.Output[0] + suffix);

    /// <summary>New numbers for the weight itself.</summary>
    public void Weight(long[] dims, double[] values) => Tensors.Add(WeightValues.Create(layer.Weight, layer.ElementType, dims, values));

    /// <summary>A constant of the weight's element type.</summary>
    public string Numbers(string suffix, long[] dims, double[] values) => Add(WeightValues.Create(NewName(suffix), layer.ElementType, dims, values));

    /// <summary>A constant of whole numbers.</summary>
    public string Integers<T>(string suffix, DataType type, long[] dims, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = NewName(suffix), DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        tensor.Dims.AddRange(dims);
        return Add(tensor);
    }

    /// <summary>A shape. Equal ones are one constant.</summary>
    public string Shape(long[] values)
    {
        var known = _shapes.Find(shape => shape.Values.SequenceEqual(values)).Name;
        if (known is null)
        {
            known = Integers<long>("_shape", DataType.Int64, [values.Length], values);
            _shapes.Add((values, known));
        }

        return known;
    }

    /// <summary>A node with one output, whose name is returned.</summary>
    public string Node(string operation, string suffix, params string[] inputs)
    {
        var output = NewName(suffix);
        Nodes.Add(new NodeProto { OpType = operation, Name = output, Input = { inputs }, Output = { output } });
        return output;
    }

    /// <summary>A node that gives <paramref name="input"/> another element type.</summary>
    public string Cast(string suffix, string input, DataType type)
    {
        var output = Node("Cast", suffix, input);
        Nodes[^1].Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)type });
        return output;
    }

    private string NewName(string suffix) => editor.UniqueName(layer.Weight + suffix);

    private string Add(TensorProto tensor)
    {
        Tensors.Add(tensor);
        return tensor.Name;
    }
}
