namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// Bytes that are expensive to compute, by the SHA-256 of all that they depend on. In the same folder and within the same limit as <see cref="ResultCache"/>,
/// and as safe.
/// </summary>
/// <param name="directory">The cache's folder.</param>
/// <param name="say">Told in one line when an entry was damaged.</param>
/// <param name="limit">Bytes that the cache may take.</param>
internal sealed class BlobCache(string directory, Action<string>? say = null, long limit = CacheFolder.Limit)
{
    private readonly ContentStore _store = new(directory, CacheLayout.Blobs, ["data"], limit, say);

    /// <summary>The bytes of <paramref name="key"/>; null when they are not there or not as they were added.</summary>
    public byte[]? Find(string key) => _store.Find(key)?[0];

    /// <summary>Adds bytes. A cache that cannot be written costs time later, never the run: false is returned.</summary>
    public bool Add(string key, byte[] content) => _store.Add(key, content);
}
