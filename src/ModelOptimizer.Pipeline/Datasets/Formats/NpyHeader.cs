using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Reads the header of NumPy's array format, versions 1 to 3.</summary>
internal static partial class NpyHeader
{
    /// <summary>The first bytes of every such file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Headers are some hundred bytes; a larger length is damage, not an array.</summary>
    private const int LongestHeader = 1 << 20;

    /// <summary>Reads up to the first element.</summary>
    public static ArrayHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        if (!start[..6].SequenceEqual(Magic))
        {
            throw new DataProblem(DataCodes.Corrupt, "it does not start like a .npy array");
        }

        if (start[6] is < 1 or > 3)
        {
            throw new DataProblem(
                DataCodes.Unsupported,
                $"it has version {start[6]} of the .npy format; versions 1 to 3 are known. Save it again with np.save"
            );
        }

        Span<byte> size = stackalloc byte[start[6] == 1 ? 2 : 4];
        stream.ReadExactly(size);
        var length = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > LongestHeader)
        {
            throw new DataProblem(DataCodes.Corrupt, $"its header claims to be {length} bytes long. Save it again with np.save");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        var text = start[6] == 3 ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        return Parse(text, start.Length + size.Length + length);
    }

    private static ArrayHeader Parse(string text, long offset)
    {
        var descr = Description().Match(text);
        var order = Order().Match(text);
        var extents = Extents().Match(text);
        if (!order.Success || !extents.Success)
        {
            throw new DataProblem(DataCodes.Corrupt, "its header is not that of a .npy array. Save it again with np.save");
        }

        if (!descr.Success)
        {
            throw new DataProblem(DataCodes.Unsupported, $"its elements are records with fields. {Known}");
        }

        var format = Format(descr.Groups["order"].Value, descr.Groups["kind"].Value, descr.Groups["width"].Value);
        var shape = extents.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Extent).ToArray();
        return order.Groups["order"].Value == "True" && shape.Length > 1
            ? throw new DataProblem(
                DataCodes.Unsupported,
                "it is stored in Fortran order, where a sample's values do not lie together. Save np.ascontiguousarray(array) instead"
            )
            : new ArrayHeader(format, shape, offset);
    }

    private const string Known = "Arrays can be bool, int8 to int64, uint8 to uint64, float16, float32 and float64";

    private static ElementFormat Format(string order, string kind, string width)
    {
        var bytes = int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var isBig = order == ">";
        return (kind, bytes) switch
        {
            ("b", 1) => new ElementFormat(ElementKind.Bool, 1, false),
            ("u", 1 or 2 or 4 or 8) => new ElementFormat(ElementKind.Unsigned, bytes, isBig),
            ("i", 1 or 2 or 4 or 8) => new ElementFormat(ElementKind.Signed, bytes, isBig),
            ("f", 2 or 4 or 8) => new ElementFormat(ElementKind.Float, bytes, isBig),
            ("O", _) => throw new DataProblem(
                DataCodes.Unsupported,
                $"its elements are pickled Python objects, which can run code when they are read. {Known}; lists of different lengths must be padded to one "
                    + "length"
            ),
            _ => throw new DataProblem(DataCodes.Unsupported, $"its elements are of type '{order}{kind}{width}'. {Known}"),
        };
    }

    private static long Extent(string text) =>
        long.TryParse(text.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var extent)
            ? extent
            : throw new DataProblem(DataCodes.Corrupt, $"its header has the extent '{text}'");

    [GeneratedRegex(@"'descr':\s*'(?<order>[<>|=]?)(?<kind>\w)(?<width>\w*)'")]
    private static partial Regex Description();

    [GeneratedRegex(@"'fortran_order':\s*(?<order>True|False)")]
    private static partial Regex Order();

    [GeneratedRegex(@"'shape':\s*\((?<shape>[^)]*)\)")]
    private static partial Regex Extents();
}
