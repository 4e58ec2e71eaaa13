using System.Buffers.Binary;
using Google.Protobuf;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Values;

/// <summary>
/// Reads and writes the numbers of float32, float16, bfloat16 and float64 tensors, however they are stored. A tensor that is written keeps its element type:
/// numbers are rounded to nearest, ties to even.
/// </summary>
internal static class WeightValues
{
    /// <summary>The numbers of <paramref name="tensor"/> in row-major order.</summary>
    /// <exception cref="DiagnosticException">Not a floating-point tensor, or its data does not match its shape
    /// (<see cref="ModelCodes.DamagedTensor"/>).</exception>
    public static double[] ReadDoubles(TensorProto tensor)
    {
        var count = CheckedCount(tensor);
        return (DataType)tensor.DataType switch
        {
            DataType.Double when !tensor.HasRawData => [.. tensor.DoubleData],
            DataType.Double => Decode(tensor, count, 8, BinaryPrimitives.ReadDoubleLittleEndian),
            _ => Array.ConvertAll(ReadFloats(tensor), value => (double)value),
        };
    }

    /// <summary>The numbers of <paramref name="tensor"/> in row-major order; float64 is rounded.</summary>
    /// <exception cref="DiagnosticException">Not a floating-point tensor, or its data does not match its shape
    /// (<see cref="ModelCodes.DamagedTensor"/>).</exception>
    public static float[] ReadFloats(TensorProto tensor)
    {
        var count = CheckedCount(tensor);
        return ((DataType)tensor.DataType, tensor.HasRawData) switch
        {
            (DataType.Float, true) => Decode(tensor, count, 4, BinaryPrimitives.ReadSingleLittleEndian),
            (DataType.Float, false) => [.. tensor.FloatData],
            (DataType.Float16, true) => Decode(tensor, count, 2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            (DataType.Float16, false) => [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            (DataType.Bfloat16, true) => Decode(tensor, count, 2, bytes => BFloat16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes))),
            (DataType.Bfloat16, false) => [.. tensor.Int32Data.Select(bits => BFloat16.ToSingle((ushort)bits))],
            _ => Array.ConvertAll(ReadDoubles(tensor), value => (float)value),
        };
    }

    /// <summary>Why <paramref name="tensor"/> cannot be read as numbers; null when it can.</summary>
    public static string? Defect(TensorProto tensor)
    {
        if (!ElementTypes.IsFloat(tensor.DataType))
        {
            return $"its element type is {ElementTypes.Name(tensor.DataType)}";
        }

        if (ElementTypes.Count(tensor.Dims) is not { } count || count > Array.MaxLength)
        {
            return $"its shape [{string.Join(", ", tensor.Dims)}] is not possible";
        }

        // Data that stays in another file was held against the shape when the model was loaded.
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return null;
        }

        var type = (DataType)tensor.DataType;
        var bytes = ElementTypes.Bits(tensor.DataType)!.Value / 8;
        long found = tensor.HasRawData ? tensor.RawData.Length / bytes
            : type == DataType.Float ? tensor.FloatData.Count
            : type == DataType.Double ? tensor.DoubleData.Count
            : tensor.Int32Data.Count;
        var partial = tensor.HasRawData && tensor.RawData.Length % bytes != 0;
        return found == count && !partial ? null : $"its shape [{string.Join(", ", tensor.Dims)}] takes {count} numbers, but its data has {found}";
    }

    /// <summary>Whether every finite number of <paramref name="values"/> stays finite in <paramref name="elementType"/>.</summary>
    public static bool Fits(int elementType, ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (double.IsFinite(value) && !double.IsFinite(Round(elementType, value)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><paramref name="value"/> as <paramref name="elementType"/> stores it.</summary>
    public static double Round(int elementType, double value) => (DataType)elementType switch
    {
        DataType.Double => value,
        DataType.Float => (float)value,
        DataType.Float16 => (double)(Half)value,
        DataType.Bfloat16 => BFloat16.ToSingle(BFloat16.FromDouble(value)),
        _ => throw new ArgumentOutOfRangeException(nameof(elementType), ElementTypes.Name(elementType), "not a floating-point element type"),
    };

    /// <summary>A tensor with raw data.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elementType">A floating-point <c>TensorProto.DataType</c>.</param>
    /// <param name="dims">Its shape.</param>
    /// <param name="values">Its numbers in row-major order.</param>
    /// <exception cref="DiagnosticException">A number does not fit the type (<see cref="ModelCodes.DoesNotFit"/>).</exception>
    public static TensorProto Create(string name, int elementType, IReadOnlyList<long> dims, ReadOnlySpan<double> values)
    {
        var tensor = new TensorProto { Name = name, DataType = elementType };
        tensor.Dims.AddRange(dims);
        Write(tensor, values);
        return tensor;
    }

    /// <inheritdoc cref="Create(string, int, IReadOnlyList{long}, ReadOnlySpan{double})"/>
    public static TensorProto Create(string name, int elementType, IReadOnlyList<long> dims, ReadOnlySpan<float> values) =>
        Create(name, elementType, dims, Widen(values));

    /// <summary>Replaces the numbers of <paramref name="tensor"/>; shape and element type stay, the data becomes raw.</summary>
    /// <exception cref="DiagnosticException">A number does not fit the type (<see cref="ModelCodes.DoesNotFit"/>).</exception>
    public static void Write(TensorProto tensor, ReadOnlySpan<double> values)
    {
        if (ElementTypes.Count(tensor.Dims) != values.Length)
        {
            throw new ArgumentException($"shape [{string.Join(", ", tensor.Dims)}] does not take {values.Length} numbers", nameof(values));
        }

        if (!Fits(tensor.DataType, values))
        {
            throw new DiagnosticException(
                ModelCodes.DoesNotFit,
                $"a number of tensor '{tensor.Name}' is too large for {ElementTypes.Name(tensor.DataType)}. Leave this layer out, or export the model in "
                    + "float32."
            );
        }

        var raw = Encode(tensor.DataType, values);
        tensor.FloatData.Clear();
        tensor.DoubleData.Clear();
        tensor.Int32Data.Clear();
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(raw);
    }

    private static byte[] Encode(int elementType, ReadOnlySpan<double> values)
    {
        var size = ElementTypes.Bits(elementType)!.Value / 8;
        var raw = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
        {
            var target = raw.AsSpan(i * size, size);
            switch ((DataType)elementType)
            {
                case DataType.Double:
                    BinaryPrimitives.WriteDoubleLittleEndian(target, values[i]);
                    break;
                case DataType.Float:
                    BinaryPrimitives.WriteSingleLittleEndian(target, (float)values[i]);
                    break;
                case DataType.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(target, (Half)values[i]);
                    break;
                default:
                    BinaryPrimitives.WriteUInt16LittleEndian(target, BFloat16.FromDouble(values[i]));
                    break;
            }
        }

        return raw;
    }

    private delegate T Decoder<T>(ReadOnlySpan<byte> bytes);

    private static T[] Decode<T>(TensorProto tensor, int count, int size, Decoder<T> decode)
    {
        var values = new T[count];
        var bytes = tensor.RawData.Span;
        for (var i = 0; i < count; i++)
        {
            values[i] = decode(bytes.Slice(i * size, size));
        }

        return values;
    }

    private static int CheckedCount(TensorProto tensor) => Defect(tensor) is { } defect
        ? throw new DiagnosticException(ModelCodes.DamagedTensor, $"tensor '{tensor.Name}' cannot be read: {defect}. Export the model again.")
        : (int)ElementTypes.Count(tensor.Dims)!.Value;

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}

/// <summary>The upper half of a float32.</summary>
internal static class BFloat16
{
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Nearest, ties to even.</summary>
    public static ushort FromDouble(double value)
    {
        if (double.IsNaN(value))
        {
            return 0x7FC0;
        }

        var bits = RoundToOdd(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    // Rounding twice (to float32, then to bfloat16) may turn a near tie into a tie; an odd last bit remembers that something was cut off.
    private static uint RoundToOdd(double value)
    {
        var nearest = (float)value;
        var bits = BitConverter.SingleToUInt32Bits(nearest);
        if (nearest == value || float.IsInfinity(nearest))
        {
            return bits;
        }

        return (Math.Abs((double)nearest) > Math.Abs(value) ? bits - 1 : bits) | 1;
    }
}
