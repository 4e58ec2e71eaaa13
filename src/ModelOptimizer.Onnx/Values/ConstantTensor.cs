using System.Runtime.InteropServices;

namespace ModelOptimizer.Onnx.Values;

/// <summary>A constant of a graph.</summary>
/// <param name="Name">The name nodes use for it.</param>
/// <param name="Tensor">Its value; the tensor of the model itself, unless <paramref name="Node"/> holds a short form such as <c>value_floats</c>.</param>
/// <param name="Node">The <c>Constant</c> node that makes it; null for an initialiser.</param>
internal sealed record ConstantTensor(string Name, TensorProto Tensor, NodeProto? Node)
{
    /// <summary>The elements of an int64 or int32 tensor.</summary>
    public long[] Integers() => Tensor.DataType == (int)TensorProto.Types.DataType.Int32
        ? Tensor.HasRawData ? Array.ConvertAll(MemoryMarshal.Cast<byte, int>(Tensor.RawData.Span).ToArray(), value => (long)value) : [.. Tensor.Int32Data.Select(value => (long)value)]
        : Tensor.HasRawData ? [.. MemoryMarshal.Cast<byte, long>(Tensor.RawData.Span)] : [.. Tensor.Int64Data];
}
