using System.Security.Cryptography;
using System.Text;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>SHA-256 as lower-case hexadecimal.</summary>
internal static class ContentHash
{
    private const int LargestBuffer = 1 << 20;

    /// <summary>Of a file's content, read as a stream; of a folder, the names and contents of its files.</summary>
    public static string OfFile(string path) => Directory.Exists(path)
        ? Of(string.Join('\n', FolderFiles.Below(path).Select(file => $"{OfContent(Path.Combine(path, file))} {file}")))
        : OfContent(path);

    /// <summary>Of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Of a text as UTF-8.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    private static string OfContent(string path)
    {
        // A folder can have fifty thousand small files: no megabyte of buffer for each.
        using var stream = Disk.OpenRead(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        var size = (int)Math.Min(stream.Length + 1, LargestBuffer);
        using var buffered = new BufferedStream(stream, size);
        return Convert.ToHexStringLower(SHA256.HashData(buffered));
    }
}
