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
    /// The file as it was used by a run that lasted for <paramref name="run"/>. What was written in between may not be what was read: such a stamp equals no
    /// file, so the next build looks again.
    /// </summary>
    public static InputStamp TakeAfter(string path, RunTime run)
    {
        var stamp = Take(path);
        var written = Directory.Exists(path) ? FolderStamp.Of(path).Newest : new DateTime(stamp.LastWriteUtc, DateTimeKind.Utc);
        return run.MayInclude(written) ? new InputStamp(path, stamp.Length, 0, "") : stamp;
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

/// <summary>When a run happens, by the clock that file systems stamp with, which may be set while it does.</summary>
internal sealed class RunTime(TimeProvider clock)
{
    // File systems stamp with a clock that ticks a few milliseconds behind.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(50);

    // A clock that is only corrected moves less, and by less than what there is between a file's last change and a run that reads it.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private readonly DateTimeOffset _start = clock.GetUtcNow();
    private readonly long _stamp = clock.GetTimestamp();

    /// <summary>Whether a file with this time may have been written since the run began; any may where the clock was set.</summary>
    public bool MayInclude(DateTime written)
    {
        var now = clock.GetUtcNow();
        var wasSet = (now - _start - clock.GetElapsedTime(_stamp)).Duration() > Step;
        return wasSet || (written >= (_start - ClockSlack).UtcDateTime && written <= now.UtcDateTime);
    }
}
