using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>How an array's elements lie in its file.</summary>
internal readonly record struct ElementFormat(ElementKind Kind, int Width, bool IsBigEndian)
{
    /// <summary>NumPy's word, such as <c>uint8</c>.</summary>
    public override string ToString() => Kind switch
    {
        ElementKind.Bool => "bool",
        ElementKind.Unsigned => $"uint{Width * 8}",
        ElementKind.Signed => $"int{Width * 8}",
        _ => $"float{Width * 8}",
    };

    /// <summary>Turns elements read from the file into the machine's byte order, in place.</summary>
    public void ToNative(Span<byte> bytes)
    {
        if (IsBigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (Width)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var words = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    /// <summary>The elements as float64.</summary>
    public void ToDouble(ReadOnlySpan<byte> bytes, Span<double> values)
    {
        switch (Kind, Width)
        {
            case (ElementKind.Bool, _):
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = bytes[i] == 0 ? 0 : 1;
                }

                break;
            case (ElementKind.Unsigned, 1):
                Convert<byte>(bytes, values);
                break;
            case (ElementKind.Unsigned, 2):
                Convert<ushort>(bytes, values);
                break;
            case (ElementKind.Unsigned, 4):
                Convert<uint>(bytes, values);
                break;
            case (ElementKind.Unsigned, _):
                Convert<ulong>(bytes, values);
                break;
            case (ElementKind.Signed, 1):
                Convert<sbyte>(bytes, values);
                break;
            case (ElementKind.Signed, 2):
                Convert<short>(bytes, values);
                break;
            case (ElementKind.Signed, 4):
                Convert<int>(bytes, values);
                break;
            case (ElementKind.Signed, _):
                Convert<long>(bytes, values);
                break;
            case (ElementKind.Float, 2):
                Convert<Half>(bytes, values);
                break;
            case (ElementKind.Float, 4):
                Convert<float>(bytes, values);
                break;
            default:
                MemoryMarshal.Cast<byte, double>(bytes).CopyTo(values);
                break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> bytes, Span<double> values)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var typed = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = double.CreateTruncating(typed[i]);
        }
    }
}
