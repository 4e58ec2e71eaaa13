using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>Looks at a cache and empties it. A folder that is not there is an empty cache; what else is in a folder is not looked at.</summary>
public static class CacheInspector
{
    /// <summary>Counts what is in <paramref name="folder"/>.</summary>
    public static CacheReport Inspect(string folder)
    {
        var found = CacheEntry.AllIn(folder);
        var uses = found.Where(entry => !entry.IsTemporary).Select(entry => (DateTime?)entry.LastUse).ToList();
        return new CacheReport(1, folder, uses.Count, found.Count - uses.Count, found.Sum(entry => entry.Bytes), CacheFolder.Limit, uses.Min(), uses.Max());
    }

    /// <summary>Removes every entry and leftover, and nothing else. A build that is just adding an entry will not find it next time.</summary>
    public static CacheClearing Clear(string folder)
    {
        var found = CacheEntry.AllIn(folder).ToLookup(entry => CacheEntry.Discard(entry.Path));
        foreach (var area in CacheLayout.Areas)
        {
            DeleteIfEmpty(Path.Combine(folder, area));
        }

        return new CacheClearing(
            1,
            folder,
            found[true].Count(entry => !entry.IsTemporary),
            found[true].Count(entry => entry.IsTemporary),
            found[true].Sum(entry => entry.Bytes),
            [.. found[false].Select(entry => entry.Path)]);
    }

    private static void DeleteIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or somebody has something in it.
        }
    }
}
