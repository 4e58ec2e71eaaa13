namespace ModelOptimizer.Pipeline.Caching;

/// <summary>Keeps a cache within its limit: what was not asked for longest goes first. Several processes may do so at once; nothing here ends a run.</summary>
internal sealed class CacheEviction(string directory, long limit)
{
    // Another build may be about to read it. Clocks of machines that share a cache differ by less.
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    private readonly Lock _lock = new();
    private long? _total;

    /// <summary>Makes room again after <paramref name="entry"/> was added, which itself stays.</summary>
    public void Added(string entry, long bytes)
    {
        lock (_lock)
        {
            // Looking at every entry on a network share takes time: only the first time, and when there may be too much.
            _total += bytes;
            if (_total is null || _total > limit)
            {
                _total = Trim(entry);
            }
        }
    }

    private long Trim(string added)
    {
        var now = DateTime.UtcNow;
        var found = CacheEntry.AllIn(directory).ToLookup(entry => entry.IsTemporary);
        foreach (var left in found[true].Where(entry => now - entry.LastUse > Abandoned))
        {
            CacheEntry.Discard(left.Path);
        }

        var total = found[false].Sum(entry => entry.Bytes);
        // A little below the limit, or a full cache would be looked through for every entry added.
        var target = total > limit ? limit / 10 * 9 : limit;
        foreach (var entry in found[false].Where(entry => entry.Path != added && (now - entry.LastUse).Duration() > InUse).OrderBy(entry => entry.LastUse))
        {
            if (total <= target)
            {
                break;
            }

            total -= CacheEntry.Discard(entry.Path) ? entry.Bytes : 0;
        }

        return total;
    }
}
