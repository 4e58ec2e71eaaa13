namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>An array whose samples lie one behind the other in a file.</summary>
internal sealed class StreamArray : ISampleArray
{
    private readonly string _path;
    private readonly string? _array;

    /// <summary>Reads the header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="array">The array in it when it is a <c>.npz</c> archive.</param>
    public StreamArray(string path, string? array)
    {
        _path = path;
        _array = array;
        var (stream, header) = OpenStream(path, array);
        stream.Dispose();
        Header = header;
    }

    public string Name => _array is null ? _path : $"array '{_array}' of {_path}";

    public ArrayHeader Header { get; }

    public ISampleReader Open() => new StreamSamples(OpenStream(_path, _array).Stream, Header.SampleBytes);

    /// <summary>Opens an array at its first element.</summary>
    public static (Stream Stream, ArrayHeader Header) OpenStream(string path, string? array)
    {
        var (stream, header, most) = array is null ? OpenFile(path) : OpenEntry(path, array);
        try
        {
            var expected = checked(header.Count * header.SampleBytes);
            var there = most - header.Offset;
            return header.SampleBytes > Array.MaxLength
                ? throw new DataProblem(DataCodes.Unsupported, $"one sample of it has {header.SampleBytes} bytes, which is more than fits into memory")
                : header.Count > 0 && header.SampleBytes == 0
                ? throw new DataProblem(DataCodes.Unsupported, $"its samples have no values: its shape is {ShapeText.Of(header.Shape)}")
                : there < expected
                ? throw new DataProblem(
                    DataCodes.Corrupt,
                    $"it should have {expected} bytes of values for its shape {ShapeText.Of(header.Shape)}, and has "
                        + $"{(stream.CanSeek ? "" : "at most ")}{there}: it is cut off; make or download it again"
                )
                : (stream, header);
        }
        catch (Exception)
        {
            stream.Dispose();
            throw;
        }
    }

    private static (Stream Stream, ArrayHeader Header, long Most) OpenFile(string path)
    {
        var (stream, header) = ArrayFile.Open(path);
        return (stream, header, stream.CanSeek ? stream.Length : Packed.Most(new FileInfo(path).Length));
    }

    private static (Stream Stream, ArrayHeader Header, long Most) OpenEntry(string path, string array)
    {
        var (stream, length) = NpzFile.Open(path, array);
        try
        {
            return (stream, NpyHeader.Read(stream), length);
        }
        catch (Exception)
        {
            stream.Dispose();
            throw;
        }
    }
}

/// <summary>What Deflate, which .npz and gzip files are packed by, can hold.</summary>
internal static class Packed
{
    // Two bits stand for a copy of 258 bytes at most (RFC 1951, 3.2.5).
    private const long MostPerByte = 258 * 8 / 2;

    /// <summary>The most that <paramref name="packed"/> bytes can unpack to: a file that says more is not worth the memory.</summary>
    public static long Most(long packed) => packed > long.MaxValue / MostPerByte ? long.MaxValue : packed * MostPerByte;
}
