using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Build;

/// <summary>What only the tool does with a stamp; <see cref="ContentHash.OfFile"/> is its hash.</summary>
internal sealed partial record InputStamp
{
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

        if (now with { Sha256 = Sha256 } == this)
        {
            return this;
        }

        return Sha256.Length > 0 && ContentHash.OfFile(Path) == Sha256 ? now with { Sha256 = Sha256 } : null;
    }
}
