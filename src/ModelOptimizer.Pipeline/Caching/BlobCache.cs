namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// Bytes that are expensive to compute, by the SHA-256 of all that they depend on. In the same folder as <see cref="ResultCache"/>, and as safe.
/// </summary>
internal sealed class BlobCache
{
    private readonly ContentStore _store;

    private BlobCache(string directory, string area, Action<string>? say, long limit) => _store = new ContentStore(directory, area, ["data"], limit, say);

    /// <summary>Within the limit of the results.</summary>
    /// <param name="directory">The cache's folder.</param>
    /// <param name="say">Told in one line when an entry was damaged.</param>
    /// <param name="limit">Bytes that both may take.</param>
    public BlobCache(string directory, Action<string>? say = null, long limit = CacheFolder.Limit)
        : this(directory, CacheLayout.Blobs, say, limit)
    {
    }

    /// <summary>Second moments, within a limit of their own.</summary>
    /// <param name="directory">The cache's folder.</param>
    /// <param name="say">Told in one line when an entry was damaged.</param>
    /// <param name="limit">Bytes that they may take.</param>
    public static BlobCache Moments(string directory, Action<string>? say = null, long limit = CacheFolder.MomentLimit) =>
        new(directory, CacheLayout.Moments, say, limit);

    /// <summary>The bytes of <paramref name="key"/>; null when they are not there or not as they were added.</summary>
    public byte[]? Find(string key) => _store.Find(key)?[0];

    /// <summary>Adds bytes. A cache that cannot be written costs time later, never the run: false is returned.</summary>
    public bool Add(string key, byte[] content) => _store.Add(key, content);
}
