using System.Runtime.InteropServices;
using Google.Protobuf;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Collects nodes and constants. Names are short, for they are part of the file; nodes have none.</summary>
/// <param name="newName">Gives a name that nothing has.</param>
/// <param name="shared">Small constants that are there already, by content.</param>
internal sealed class UnpackingWriter(Func<string> newName, Dictionary<string, string> shared)
{
    private const long FirstOpsetWithSplitInput = 13;

    /// <summary>The nodes, in order.</summary>
    public List<NodeProto> Nodes { get; } = [];

    /// <summary>The constants.</summary>
    public List<TensorProto> Tensors { get; } = [];

    /// <summary>Bytes in the file of all that was collected.</summary>
    public long Bytes => Nodes.Sum(Framed) + Tensors.Sum(Framed);

    /// <summary>A constant.</summary>
    public string Constant<T>(DataType type, ReadOnlySpan<T> values, params long[] dims)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = newName(), DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        tensor.Dims.AddRange(dims);
        Tensors.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A constant of few numbers: equal ones are one.</summary>
    public string Shared<T>(DataType type, ReadOnlySpan<T> values, params long[] dims)
        where T : unmanaged
    {
        var key = $"{type}|{string.Join(',', dims)}|{Convert.ToHexString(MemoryMarshal.AsBytes(values))}";
        return shared.TryGetValue(key, out var known) ? known : shared[key] = Constant(type, values, dims);
    }

    /// <summary>A node with one output; returns its name.</summary>
    public string Node(string operation, IEnumerable<string> inputs, params AttributeProto[] attributes) => NodeTo(newName(), operation, inputs, attributes);

    /// <summary>A node with one output of this name.</summary>
    public string NodeTo(string output, string operation, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        NodeTo([output], operation, inputs, attributes);
        return output;
    }

    /// <summary>Cuts a vector into pieces of <paramref name="lengths"/>; returns their names.</summary>
    public string[] Split(string vector, long[] lengths, long opset)
    {
        string[] names = [.. lengths.Select(_ => newName())];
        if (opset >= FirstOpsetWithSplitInput)
        {
            NodeTo(names, "Split", [vector, Constant<long>(DataType.Int64, lengths, lengths.Length)], []);
        }
        else
        {
            var attribute = new AttributeProto { Name = "split", Type = AttributeProto.Types.AttributeType.Ints };
            attribute.Ints.AddRange(lengths);
            NodeTo(names, "Split", [vector], [attribute]);
        }

        return names;
    }

    /// <summary>A Cast.</summary>
    public string Cast(string input, DataType type, string? output = null) => NodeTo(output ?? newName(), "Cast", [input], Attribute("to", (long)type));

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A word as attribute.</summary>
    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>What a message takes inside another: a tag of one byte, a length and the message.</summary>
    public static long Framed(IMessage message)
    {
        var size = message.CalculateSize();
        return 1 + CodedOutputStream.ComputeUInt32Size((uint)size) + size;
    }

    private void NodeTo(IEnumerable<string> outputs, string operation, IEnumerable<string> inputs, AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        Nodes.Add(node);
    }
}
