using System.Numerics;
using System.Runtime.InteropServices;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Casts float64 values to a model input's element type; a value that would silently become another one is an error.</summary>
internal static class ElementWriter
{
    /// <summary>Bytes of one element; 0 for types that no data can be made for.</summary>
    public static int Width(DataType type) => IsInteger(type) || ElementTypes.IsFloat((int)type) ? ElementTypes.Bits((int)type)!.Value / 8 : 0;

    /// <summary>Whether the type holds whole numbers only.</summary>
    public static bool IsInteger(DataType type) => type is DataType.Bool
        or DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64
        or DataType.Uint8 or DataType.Uint16 or DataType.Uint32 or DataType.Uint64;

    /// <summary>Whether elements in a file are the model's already; bytes of a file need not be truth values.</summary>
    public static bool IsSame(ElementFormat format, DataType type) =>
        type != DataType.Bool && FormatOf(type) is { } own && (own.Kind, own.Width) == (format.Kind, format.Width);

    /// <summary>The elements of a numeric tensor as float64.</summary>
    public static double[] Read(HostTensor tensor)
    {
        if (FormatOf(tensor.Type) is not { } format)
        {
            return tensor.Doubles();
        }

        var values = new double[tensor.Bytes.Length / format.Width];
        format.ToDouble(tensor.Bytes, values);
        return values;
    }

    /// <summary>Whether a type holds a value.</summary>
    public static bool Holds(DataType type, double value)
    {
        try
        {
            Write(type, [value], new byte[Width(type)]);
            return true;
        }
        catch (DataProblem)
        {
            return false;
        }
    }

    /// <summary>Casts all of <paramref name="values"/>.</summary>
    /// <exception cref="DataProblem">A value does not fit.</exception>
    public static void Write(DataType type, ReadOnlySpan<double> values, Span<byte> bytes)
    {
        switch (type)
        {
            case DataType.Float:
                Floats<float>(type, values, bytes);
                break;
            case DataType.Float16:
                Floats<Half>(type, values, bytes);
                break;
            case DataType.Double:
                values.CopyTo(MemoryMarshal.Cast<byte, double>(bytes));
                break;
            case DataType.Bfloat16:
                Bfloats(values, bytes);
                break;
            case DataType.Bool:
                Integers<byte>(type, values, bytes, 1);
                break;
            case DataType.Int8:
                Integers<sbyte>(type, values, bytes, sbyte.MaxValue);
                break;
            case DataType.Int16:
                Integers<short>(type, values, bytes, short.MaxValue);
                break;
            case DataType.Int32:
                Integers<int>(type, values, bytes, int.MaxValue);
                break;
            case DataType.Int64:
                Integers<long>(type, values, bytes, long.MaxValue);
                break;
            case DataType.Uint8:
                Integers<byte>(type, values, bytes, byte.MaxValue);
                break;
            case DataType.Uint16:
                Integers<ushort>(type, values, bytes, ushort.MaxValue);
                break;
            case DataType.Uint32:
                Integers<uint>(type, values, bytes, uint.MaxValue);
                break;
            case DataType.Uint64:
                Integers<ulong>(type, values, bytes, ulong.MaxValue);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "No data can be made for this type.");
        }
    }

    private static void Floats<T>(DataType type, ReadOnlySpan<double> values, Span<byte> bytes)
        where T : unmanaged, INumberBase<T>
    {
        var typed = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            typed[i] = T.CreateTruncating(values[i]);
            if (T.IsInfinity(typed[i]) && double.IsFinite(values[i]))
            {
                throw DoesNotFit(type, values[i], "scale the values with 'preprocess'");
            }
        }
    }

    /// <summary>The upper half of a float32, rounded to even.</summary>
    private static void Bfloats(ReadOnlySpan<double> values, Span<byte> bytes)
    {
        var typed = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            typed[i] = BFloat16.FromDouble((float)values[i]);
        }
    }

    private static void Integers<T>(DataType type, ReadOnlySpan<double> values, Span<byte> bytes, double maximum)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var typed = MemoryMarshal.Cast<byte, T>(bytes);
        var minimum = double.CreateTruncating(T.MinValue);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            typed[i] = value >= minimum && value <= maximum && Math.Floor(value) == value
                ? T.CreateSaturating(value)
                : throw DoesNotFit(type, value, "check the array and 'preprocess'");
        }
    }

    // Files have no bfloat16.
    private static ElementFormat? FormatOf(DataType type)
    {
        ElementKind? kind = type switch
        {
            DataType.Bool => ElementKind.Bool,
            DataType.Uint8 or DataType.Uint16 or DataType.Uint32 or DataType.Uint64 => ElementKind.Unsigned,
            DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64 => ElementKind.Signed,
            DataType.Float16 or DataType.Float or DataType.Double => ElementKind.Float,
            _ => null,
        };
        return kind is { } known ? new ElementFormat(known, Width(type), IsBigEndian: !BitConverter.IsLittleEndian) : null;
    }

    private static DataProblem DoesNotFit(DataType type, double value, string remedy) =>
        new(DataCodes.Value, FormattableString.Invariant($"the value {value} (after 'preprocess') does not fit the model's element type {type}; {remedy}"));
}
