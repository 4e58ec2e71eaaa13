using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOptimizer.Onnx.Blocks;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Makes the constants and names of one student: those of the tensor that it computes, with a suffix.</summary>
internal sealed class StudentNames(Block block, int elementType, GraphEditor editor, long opset)
{
    /// <summary>z.</summary>
    public string Input => block.From;

    /// <summary>y.</summary>
    public string Output => block.To;

    /// <summary>What the student computes in.</summary>
    public int ElementType => elementType;

    /// <summary>The version of ONNX's operators.</summary>
    public long Opset => opset;

    /// <summary>A name for a node or for a tensor inside.</summary>
    public string Unique(string suffix) => editor.UniqueName(block.To + suffix);

    /// <summary>A node of one output, which is called like the node.</summary>
    public NodeProto Node(string operation, string suffix, IReadOnlyList<string> inputs, params AttributeProto[] attributes)
    {
        var name = Unique(suffix);
        var node = new NodeProto { OpType = operation, Name = name, Output = { name } };
        node.Input.Add(inputs);
        node.Attribute.Add(attributes);
        return node;
    }

    /// <summary>Adds a constant in <see cref="ElementType"/>.</summary>
    public string Constant(string suffix, double[] values, params long[] shape)
    {
        var name = Unique(suffix);
        editor.AddInitializer(WeightValues.Create(name, elementType, shape, values));
        return name;
    }

    /// <summary>Adds a vector of whole numbers.</summary>
    public string Integers(string suffix, params long[] values)
    {
        var tensor = new TensorProto { Name = Unique(suffix), DataType = (int)TensorProto.Types.DataType.Int64, Dims = { values.Length }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)) };
        editor.AddInitializer(tensor);
        return tensor.Name;
    }
}
