using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Data;

/// <summary>A tensor in the host's memory: element type, shape, and the elements' bytes in row-major order.</summary>
internal sealed class HostTensor
{
    /// <summary>A tensor over <paramref name="bytes"/>, which are shared, not copied.</summary>
    public HostTensor(TensorProto.Types.DataType type, long[] shape, byte[] bytes)
    {
        Type = type;
        Shape = shape;
        Bytes = bytes;
        WorkingMemory.Expect(bytes.Length);
    }

    /// <summary>Element type.</summary>
    public TensorProto.Types.DataType Type { get; }

    /// <summary>Extent of every dimension.</summary>
    public long[] Shape { get; }

    /// <summary>The elements.</summary>
    public byte[] Bytes { get; }

    /// <summary>
    /// A copy of <paramref name="values"/> as a tensor of <paramref name="type"/>, whose elements must be as wide as <typeparamref name="T"/>.
    /// </summary>
    public static HostTensor From<T>(TensorProto.Types.DataType type, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged => new(type, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements as <typeparamref name="T"/>, without a copy.</summary>
    public Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.AsSpan());

    /// <summary>The elements of a floating-point tensor (<see cref="ElementTypes.IsFloat"/>) in float64.</summary>
    public double[] Doubles()
    {
        WorkingMemory.Expect(sizeof(double) * Shape.Product());
        return Converted();
    }

    private double[] Converted() => Type switch
    {
        TensorProto.Types.DataType.Float => Widened(As<float>()),
        TensorProto.Types.DataType.Double => As<double>().ToArray(),
        TensorProto.Types.DataType.Float16 => Array.ConvertAll(As<Half>().ToArray(), value => (double)value),
        TensorProto.Types.DataType.Bfloat16 => Array.ConvertAll(As<ushort>().ToArray(), value => (double)BFloat16.ToSingle(value)),
        _ => throw new InvalidOperationException($"{ElementTypes.Name((int)Type)} is not a floating-point type"),
    };

    private static double[] Widened(ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        TensorPrimitives.ConvertTruncating(values, doubles);
        return doubles;
    }
}
