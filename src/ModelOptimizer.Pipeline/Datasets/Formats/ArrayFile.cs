using System.Buffers.Binary;
using System.IO.Compression;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>A file that is one array: <c>.npy</c> or IDX, either of them also in gzip. Told apart by their first bytes, not by their names.</summary>
internal static class ArrayFile
{
    /// <summary>Opens the array and reads its header; the stream stands at the first element.</summary>
    public static (Stream Stream, ArrayHeader Header) Open(string path)
    {
        var stream = Unpacked(path);
        try
        {
            var isNpy = Peek(path, stream is GZipStream).StartsWith(NpyHeader.Magic);
            var header = isNpy ? NpyHeader.Read(stream) : IdxHeader.Read(stream);
            return (stream, header);
        }
        catch (Exception)
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A file's bytes, unpacked when it is in gzip.</summary>
    public static Stream Unpacked(string path)
    {
        var file = Disk.OpenRead(path);
        var isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The first bytes, through a stream of its own: unpacked streams cannot go back.</summary>
    private static ReadOnlySpan<byte> Peek(string path, bool isPacked)
    {
        var start = new byte[6];
        using var file = Disk.OpenRead(path);
        using var stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return length >= 4 && (start.AsSpan().StartsWith(NpyHeader.Magic) || (start[0] == 0 && start[1] == 0))
            ? start
            : throw new DataProblem(
                DataCodes.Corrupt,
                "it is neither a .npy array nor an IDX file, which are what can be read here, in gzip too; with 'path' a dataset is read from "
                    + $"{DataFormats.Expected}. Convert images (.jpg, .png) and other formats to one of them, as np.save does in Python"
            );
    }
}

/// <summary>Reads the header of the IDX format, in which MNIST is published. Elements are big-endian.</summary>
internal static class IdxHeader
{
    /// <summary>Reads up to the first element.</summary>
    public static ArrayHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        stream.ReadExactly(start);
        ElementFormat format = start[2] switch
        {
            0x08 => new(ElementKind.Unsigned, 1, true),
            0x09 => new(ElementKind.Signed, 1, true),
            0x0B => new(ElementKind.Signed, 2, true),
            0x0C => new(ElementKind.Signed, 4, true),
            0x0D => new(ElementKind.Float, 4, true),
            0x0E => new(ElementKind.Float, 8, true),
            _ => throw new DataProblem(DataCodes.Corrupt, $"its element type 0x{start[2]:X2} is none of the IDX format; make or download the file again"),
        };
        var shape = new long[start[3]];
        Span<byte> extent = stackalloc byte[4];
        for (var i = 0; i < shape.Length; i++)
        {
            stream.ReadExactly(extent);
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(extent);
        }

        return new ArrayHeader(format, shape, 4 + (4 * shape.Length));
    }
}
