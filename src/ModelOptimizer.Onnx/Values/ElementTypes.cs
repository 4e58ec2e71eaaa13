using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Values;

/// <summary>Facts about ONNX element types.</summary>
internal static class ElementTypes
{
    /// <summary>float32, float16, bfloat16 and float64: the types whose weights can be read, compressed and written back.</summary>
    public static bool IsFloat(int elementType) => (DataType)elementType is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double;

    /// <summary>The name in messages: <c>float16</c>.</summary>
    public static string Name(int elementType) =>
        Enum.IsDefined((DataType)elementType) ? ((DataType)elementType).ToString().ToLowerInvariant() : $"type {elementType}";

    /// <summary>Bits of one element; null for strings and types this version does not know.</summary>
    public static int? Bits(int elementType) =>
        (DataType)elementType switch
        {
            DataType.Uint2 or DataType.Int2 => 2,
            DataType.Uint4 or DataType.Int4 or DataType.Float4E2M1 => 4,
            DataType.Uint8
            or DataType.Int8
            or DataType.Bool
            or DataType.Float8E4M3Fn
            or DataType.Float8E4M3Fnuz
            or DataType.Float8E5M2
            or DataType.Float8E5M2Fnuz
            or DataType.Float8E8M0 => 8,
            DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 16,
            DataType.Float or DataType.Int32 or DataType.Uint32 => 32,
            DataType.Double or DataType.Int64 or DataType.Uint64 or DataType.Complex64 => 64,
            DataType.Complex128 => 128,
            _ => null,
        };

    /// <summary>Number of elements of <paramref name="dims"/>; null when an extent is negative or the product overflows.</summary>
    public static long? Count(IEnumerable<long> dims)
    {
        var count = 1L;
        var overflow = false;
        foreach (var dim in dims)
        {
            if (dim < 0)
            {
                return null;
            }

            if (dim == 0)
            {
                return 0;
            }

            overflow |= count > long.MaxValue / dim;
            count = overflow ? 1 : count * dim;
        }

        return overflow ? null : count;
    }

    /// <summary>Bytes of the raw data of a tensor of this shape and type; null when they cannot be told.</summary>
    public static long? ByteLength(TensorProto tensor) =>
        Bits(tensor.DataType) is { } bits && Count(tensor.Dims) is { } count && count <= long.MaxValue / 128 ? ((count * bits) + 7) / 8 : null;
}

/// <summary>Shapes as numbers of elements.</summary>
internal static class Extents
{
    /// <summary>The product of all, 1 of none; it wraps around where a hostile shape's does not fit (<see cref="ElementTypes.Count"/> tells).</summary>
    public static long Product(this IEnumerable<long> extents) => extents.Aggregate(1L, (product, extent) => product * extent);

    /// <inheritdoc cref="Product(IEnumerable{long})"/>
    public static int Product(this IEnumerable<int> extents) => extents.Aggregate(1, (product, extent) => product * extent);
}
