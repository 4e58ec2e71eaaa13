using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Data;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type; <c>Undefined</c> where it is no tensor (a sequence, map or optional).</param>
/// <param name="Shape">Extent of every dimension, −1 where it is free.</param>
internal sealed record ModelTensor(string Name, TensorProto.Types.DataType Type, long[] Shape)
{
    /// <summary>Whether the engine can feed and read it.</summary>
    public bool IsNumericTensor => Type is not (TensorProto.Types.DataType.Undefined or TensorProto.Types.DataType.String);
}
