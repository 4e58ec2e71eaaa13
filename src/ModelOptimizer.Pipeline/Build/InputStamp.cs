using ModelOptimizer.Build.State;
using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>A file, or a folder, that was read.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Length">In bytes; 0 for a folder; −1 when there was nothing, so that its appearing is a change.</param>
/// <param name="LastWriteUtc">Ticks, or a folder's <see cref="FolderStamp"/>; 0 when there was none.</param>
/// <param name="Sha256">Of the content, see <see cref="ContentHash.OfFile"/>, lower-case hexadecimal; empty when there was none, or when it changed while it was used.</param>
internal sealed record InputStamp(string Path, long Length, long LastWriteUtc, string Sha256)
{
    /// <summary>The file as it is now, without its content.</summary>
    public static InputStamp Glance(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new InputStamp(path, file.Length, file.LastWriteTimeUtc.Ticks, "")
            : Directory.Exists(path) ? new InputStamp(path, 0, FolderStamp.Of(path).Fingerprint, "")
            : new InputStamp(path, -1, 0, "");
    }

    /// <summary>The file as it is now.</summary>
    public static InputStamp Take(string path)
    {
        var stamp = Glance(path);
        return stamp.Length < 0 ? stamp : stamp with { Sha256 = ContentHash.OfFile(path) };
    }

    /// <summary>
    /// The file as it was used by a run that lasted from <paramref name="start"/> until now. What was written in between may not be what was read:
    /// such a stamp equals no file, so the next build looks again.
    /// </summary>
    public static InputStamp TakeAfter(string path, DateTime start)
    {
        var stamp = Take(path);
        var written = Directory.Exists(path) ? FolderStamp.Of(path).Newest.Ticks : stamp.LastWriteUtc;
        return written >= start.Ticks && written <= DateTime.UtcNow.Ticks ? new InputStamp(path, stamp.Length, 0, "") : stamp;
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

        return Sha256.Length > 0 && ContentHash.OfFile(Path) == Sha256 ? now with { Sha256 = Sha256 } : null;
    }
}
