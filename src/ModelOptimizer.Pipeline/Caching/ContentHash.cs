using System.Security.Cryptography;
using System.Text;
using ModelOptimizer.Build.State;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>SHA-256 as lower-case hexadecimal.</summary>
public static class ContentHash
{
    /// <summary>Of a file's content, read as a stream; of a folder, the names and contents of its files.</summary>
    public static string OfFile(string path)
    {
        if (Directory.Exists(path))
        {
            return Of(string.Join('\n', FolderFiles.Below(path).Select(file => $"{OfFile(Path.Combine(path, file))} {file}")));
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Of a text as UTF-8.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
