namespace ModelOptimizer.Pipeline.Caching;

/// <summary>Where the cache lies when nobody says, and how large it may become.</summary>
internal static class CacheFolder
{
    /// <summary>Bytes that entries may take before the longest unused ones are removed.</summary>
    public const long Limit = 5_000_000_000;

    /// <summary>The same for second moments alone, which do not count there.</summary>
    public const long MomentLimit = 2_000_000_000;

    /// <summary><c>modelopt</c> in the user's cache folder.</summary>
    public static string Default { get; } = Path.Combine(UserCache(), "modelopt");

    private static string UserCache()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(home, "Library", "Caches");
        }

        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(home, ".cache");
    }
}
