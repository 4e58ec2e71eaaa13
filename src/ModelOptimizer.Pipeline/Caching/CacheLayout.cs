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

    /// <summary>Second moments.</summary>
    public const string Moments = "moments";

    private const int KeyLength = 64;
    private const string Temporary = ".tmp";

    private static readonly string[][] Shares = [[Results, Blobs], [Moments]];

    public static IReadOnlyList<string> Areas { get; } = [.. Shares.SelectMany(areas => areas)];

    /// <summary>The areas within one limit with <paramref name="area"/>: what is much, and soon made again, shall push out nothing else.</summary>
    public static IReadOnlyList<string> SharedWith(string area) => Shares.First(areas => areas.Contains(area));

    /// <summary>Whether this is a SHA-256 as <see cref="ContentHash"/> writes it.</summary>
    public static bool IsKey(string name) => name.Length == KeyLength && name.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether this is a folder that somebody is filling or deleting, or did so when they were killed.</summary>
    public static bool IsTemporary(string name) =>
        name.Length > KeyLength && name[KeyLength] == '.' && name.EndsWith(Temporary, StringComparison.Ordinal) && IsKey(name[..KeyLength]);

    /// <summary>A name beside <paramref name="entry"/> that no other process has, on this machine or another.</summary>
    public static string TemporaryFor(string entry) => $"{entry}.{Guid.NewGuid():N}{Temporary}";
}
