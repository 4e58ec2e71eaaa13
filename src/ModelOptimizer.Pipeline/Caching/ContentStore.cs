namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// One area of a cache: entries of a few named files by the SHA-256 of what they were made from. Several builds and machines may share it: an entry appears
/// whole, by one rename, or not at all; one that is not as it was written is removed, not used; and no failure here is more than a miss.
/// </summary>
internal sealed class ContentStore
{
    private readonly string _area;
    private readonly string _folder;
    private readonly IReadOnlyList<string> _names;
    private readonly Action<string>? _say;
    private readonly CacheEviction _eviction;

    /// <summary>The area called <paramref name="area"/> in the cache at <paramref name="directory"/>.</summary>
    /// <param name="directory">The cache's folder; made when the first entry is added.</param>
    /// <param name="area">One of <see cref="CacheLayout"/>.</param>
    /// <param name="names">The files of every entry.</param>
    /// <param name="limit">Bytes that the area may take, together with those that share its limit.</param>
    /// <param name="say">Told in one line when an entry was damaged.</param>
    public ContentStore(string directory, string area, IReadOnlyList<string> names, long limit, Action<string>? say)
    {
        var root = Path.GetFullPath(directory);
        _area = area;
        _folder = Path.Combine(root, area);
        _names = names;
        _say = say;
        _eviction = new CacheEviction(root, CacheLayout.SharedWith(area), limit);
    }

    /// <summary>The files of <paramref name="key"/>, in the order of the names; null when they are not there or not intact.</summary>
    public IReadOnlyList<byte[]>? Find(string key)
    {
        var entry = EntryOf(key);
        try
        {
            if (!Directory.Exists(entry))
            {
                return null;
            }

            var files = _names.Select(name => Disk.ReadAllBytes(Path.Combine(entry, name))).ToList();
            if (Disk.ReadAllBytes(Path.Combine(entry, EntrySeal.FileName)).AsSpan().SequenceEqual(Seal(key, files)))
            {
                EntrySeal.Touch(entry);
                return files;
            }
        }
        catch (FileNotFoundException)
        {
            // Entries lose their name before they are deleted, so one with a file missing is damaged.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        Discard(key, "is damaged");
        return null;
    }

    /// <summary>Adds an entry. A cache that cannot be written costs time later, never the run: false is returned.</summary>
    public bool Add(string key, params IReadOnlyList<byte[]> files)
    {
        var entry = EntryOf(key);
        var temporary = CacheLayout.TemporaryFor(entry);
        try
        {
            Disk.Folder(temporary);
            foreach (var (name, content) in _names.Zip(files))
            {
                Disk.Create(Path.Combine(temporary, name), content);
            }

            Disk.Create(Path.Combine(temporary, EntrySeal.FileName), Seal(key, files));
            Publish(temporary, entry, key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            CacheEntry.Discard(temporary);
        }

        _eviction.Added(entry, files.Sum(file => (long)file.Length));
        return true;
    }

    /// <summary>Removes an entry that cannot be used.</summary>
    public void Discard(string key, string why)
    {
        _say?.Invoke($"The cached entry '{EntryOf(key)}' {why}: it is removed and computed again.");
        CacheEntry.Discard(EntryOf(key));
    }

    // Whoever comes second finds an equal entry and leaves it, unless that one is damaged.
    private void Publish(string temporary, string entry, string key)
    {
        if (Directory.Exists(entry))
        {
            if (Find(key) is not null)
            {
                return;
            }

            CacheEntry.Discard(entry);
        }

        try
        {
            Disk.MoveFolder(temporary, entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
        }
    }

    private byte[] Seal(string key, IReadOnlyList<byte[]> files) => EntrySeal.Of(_area, key, _names.Zip(files));

    private string EntryOf(string key) => CacheLayout.IsKey(key)
        ? Path.Combine(_folder, key)
        : throw new ArgumentException($"'{key}' is not a SHA-256 in lower-case hexadecimal", nameof(key));
}

/// <summary>
/// Keeps areas of a cache within their limit: what was not asked for longest goes first. Several processes may do so at once; nothing here ends a run.
/// </summary>
internal sealed class CacheEviction(string directory, IReadOnlyList<string> areas, long limit)
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
        var found = CacheEntry.AllIn(directory, areas).ToLookup(entry => entry.IsTemporary);
        foreach (var left in found[true].Where(entry => (now - entry.LastUse).Duration() > Abandoned))
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
