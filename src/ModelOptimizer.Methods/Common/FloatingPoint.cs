using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Common;

/// <summary>The numbers of a tensor of any floating-point type.</summary>
internal static class FloatingPoint
{
    public static bool IsReadable(DataType type) => ElementTypes.IsFloat((int)type);

    /// <summary>The numbers in float64.</summary>
    public static double[] Read(HostTensor tensor) => tensor.Type switch
    {
        DataType.Float => Widened(tensor),
        DataType.Double => tensor.As<double>().ToArray(),
        DataType.Float16 => Array.ConvertAll(tensor.As<Half>().ToArray(), value => (double)value),
        DataType.Bfloat16 => Array.ConvertAll(tensor.As<ushort>().ToArray(), value => (double)BFloat16.ToSingle(value)),
        _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "not a floating-point tensor"),
    };

    private static double[] Widened(HostTensor tensor) => Array.ConvertAll(tensor.As<float>().ToArray(), value => (double)value);
}
