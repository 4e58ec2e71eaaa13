namespace ModelOptimizer.Pipeline.Caching;

/// <summary>A folder of the cache as it is on the disk.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Bytes">In all its files.</param>
/// <param name="LastUse">When it was added or last asked for, UTC.</param>
/// <param name="IsTemporary">Not an entry: somebody is filling or deleting it, or was killed while doing so.</param>
internal sealed record CacheEntry(string Path, long Bytes, DateTime LastUse, bool IsTemporary)
{
    /// <summary>Everything in <paramref name="directory"/> that is the cache's. What others delete meanwhile is left out.</summary>
    public static IReadOnlyList<CacheEntry> AllIn(string directory) => AllIn(directory, CacheLayout.Areas);

    /// <summary>The same of some areas.</summary>
    public static IReadOnlyList<CacheEntry> AllIn(string directory, IReadOnlyList<string> areas) =>
        [.. areas.SelectMany(area => InArea(System.IO.Path.Combine(directory, area)))];

    /// <summary>Deletes the folder. It loses its name first, so that nobody reads half an entry.</summary>
    /// <returns>False when something of it stays, because it is in use or may not be deleted.</returns>
    public static bool Discard(string path)
    {
        try
        {
            var doomed = path;
            if (!CacheLayout.IsTemporary(System.IO.Path.GetFileName(path)))
            {
                doomed = CacheLayout.TemporaryFor(path);
                Disk.MoveFolder(path, doomed);
            }

            Disk.DeleteFolder(doomed, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<CacheEntry> InArea(string area)
    {
        try
        {
            return [.. new DirectoryInfo(area).GetDirectories().Select(Of).OfType<CacheEntry>()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static CacheEntry? Of(DirectoryInfo folder)
    {
        var temporary = CacheLayout.IsTemporary(folder.Name);
        if (!temporary && !CacheLayout.IsKey(folder.Name))
        {
            return null;
        }

        try
        {
            var files = folder.GetFiles();
            var seal = Array.Find(files, file => file.Name == EntrySeal.FileName);
            return new CacheEntry(folder.FullName, files.Sum(file => file.Length), seal?.LastWriteTimeUtc ?? folder.LastWriteTimeUtc, temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
