using System.IO.Compression;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

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
        var file = File.OpenRead(path);
        var isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The first bytes, through a stream of its own: unpacked streams cannot go back.</summary>
    private static ReadOnlySpan<byte> Peek(string path, bool isPacked)
    {
        var start = new byte[6];
        using var file = File.OpenRead(path);
        using var stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return length >= 4 && (start.AsSpan().StartsWith(NpyHeader.Magic) || (start[0] == 0 && start[1] == 0))
            ? start
            : throw new DataProblem(DataCodes.Corrupt, "it is neither a .npy array nor an IDX file (either of them may be in gzip), and no other format is known here");
    }
}
