using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>A file, or a folder, that was read.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Length">In bytes; 0 for a folder; −1 when there was nothing, so that its appearing is a change.</param>
/// <param name="LastWriteUtc">Ticks; 0 when there was none.</param>
/// <param name="Sha256">Of the file's content or the names in the folder, lower-case hexadecimal; empty when there was none, or when it changed while it was used.</param>
internal sealed record InputStamp(string Path, long Length, long LastWriteUtc, string Sha256)
{
    /// <summary>The file as it is now, without its content.</summary>
    public static InputStamp Glance(string path)
    {
        FileSystemInfo found = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return found.Exists
            ? new InputStamp(path, found is FileInfo { Length: var length } ? length : 0, found.LastWriteTimeUtc.Ticks, "")
            : new InputStamp(path, -1, 0, "");
    }

    /// <summary>The file as it is now.</summary>
    public static InputStamp Take(string path)
    {
        var stamp = Glance(path);
        return stamp.Length < 0 ? stamp : stamp with { Sha256 = Hash(path) };
    }

    /// <summary>
    /// The file as it was used by a run that lasted from <paramref name="start"/> until now. What was written in between may not be what was read:
    /// such a stamp equals no file, so the next build looks again.
    /// </summary>
    public static InputStamp TakeAfter(string path, DateTime start)
    {
        var stamp = Take(path);
        return stamp.LastWriteUtc >= start.Ticks && stamp.LastWriteUtc <= DateTime.UtcNow.Ticks ? new InputStamp(path, stamp.Length, 0, "") : stamp;
    }

    /// <summary>This stamp with the file's new time when the content is still the same; null when it is not.</summary>
    public InputStamp? Renewed()
    {
        var now = Glance(Path);
        if (now.Length != Length)
        {
            return null;
        }

        if (now.LastWriteUtc == LastWriteUtc)
        {
            return this;
        }

        return Sha256.Length > 0 && Hash(Path) == Sha256 ? now with { Sha256 = Sha256 } : null;
    }

    public static string Hash(string path)
    {
        if (Directory.Exists(path))
        {
            var names = Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);
            return ContentHash.Of(string.Join('\n', names));
        }

        return ContentHash.OfFile(path);
    }
}
