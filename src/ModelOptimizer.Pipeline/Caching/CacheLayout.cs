namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// The names in a cache: <c>&lt;area&gt;/&lt;key&gt;/</c> is an entry. Whatever is called otherwise is not the cache's, and is never touched.
/// </summary>
internal static class CacheLayout
{
    /// <summary>Finished models.</summary>
    public const string Results = "results";

    /// <summary>What is expensive on the way to them.</summary>
    public const string Blobs = "blobs";

    private const int KeyLength = 64;
    private const string Temporary = ".tmp";

    public static IReadOnlyList<string> Areas { get; } = [Results, Blobs];

    /// <summary>Whether this is a SHA-256 as <see cref="ContentHash"/> writes it.</summary>
    public static bool IsKey(string name) => name.Length == KeyLength && name.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether this is a folder that somebody is filling or deleting, or did so when they were killed.</summary>
    public static bool IsTemporary(string name) =>
        name.Length > KeyLength && name[KeyLength] == '.' && name.EndsWith(Temporary, StringComparison.Ordinal) && IsKey(name[..KeyLength]);

    /// <summary>A name beside <paramref name="entry"/> that no other process has, on this machine or another.</summary>
    public static string TemporaryFor(string entry) => $"{entry}.{Guid.NewGuid():N}{Temporary}";
}
