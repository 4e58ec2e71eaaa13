using System.Security.Cryptography;
using System.Text;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>SHA-256 as lower-case hexadecimal.</summary>
internal static class ContentHash
{
    private const int LargestBuffer = 1 << 20;

    // Kinds of text in which it makes no difference how a line ends. Git checks such files out with the line ends of the machine.
    private static readonly HashSet<string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".py", ".sh", ".ps1", ".cmd", ".bat", ".js", ".mjs", ".cs", ".fsx", ".rb", ".r",
    };

    /// <summary>
    /// Of a file's content, read as a stream; of a folder, the names and contents of its files. Lines of a text may end in CR LF or LF: the hash is the same.
    /// </summary>
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
        return Convert.ToHexStringLower(Texts.Contains(Path.GetExtension(path)) ? OfText(buffered, size) : SHA256.HashData(buffered));
    }

    private static byte[] OfText(Stream stream, int size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new byte[size];
        var endsInReturn = false;
        for (int count; (count = stream.Read(bytes)) > 0;)
        {
            var rest = bytes.AsSpan(0, count);
            // A return that ended the part before is left out where this part begins with its line feed.
            if (endsInReturn && rest[0] != '\n')
            {
                hash.AppendData("\r"u8);
            }

            endsInReturn = rest[^1] == '\r';
            rest = endsInReturn ? rest[..^1] : rest;
            for (int end; (end = rest.IndexOf("\r\n"u8)) >= 0; rest = rest[(end + 1)..])
            {
                hash.AppendData(rest[..end]);
            }

            hash.AppendData(rest);
        }

        if (endsInReturn)
        {
            hash.AppendData("\r"u8);
        }

        return hash.GetHashAndReset();
    }
}
