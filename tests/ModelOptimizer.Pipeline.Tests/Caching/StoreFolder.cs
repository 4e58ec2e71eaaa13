using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Caching;

/// <summary>A cache with entries of two files, <c>first</c> and <c>second</c>, in a folder of its own.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Path => _folder.Path;

    public string Area => _folder["results"];

    /// <summary>The key whose digits are all <paramref name="digit"/>.</summary>
    public static string Key(char digit) => new(digit, 64);

    /// <summary>A store as another process would have it.</summary>
    public ContentStore Open(long limit = CacheFolder.Limit, Action<string>? say = null) => new(Path, CacheLayout.Results, ["first", "second"], limit, say);

    public string File(char digit, string name) => System.IO.Path.Combine(Area, Key(digit), name);

    public string Seal(char digit) => File(digit, EntrySeal.FileName);

    /// <summary>Makes an entry look as if nobody had asked for it that long.</summary>
    public void Age(char digit, TimeSpan unused) => System.IO.File.SetLastWriteTimeUtc(Seal(digit), DateTime.UtcNow - unused);

    /// <summary>The digits of the entries that are there.</summary>
    public string Digits() =>
        string.Concat(Directory.GetDirectories(Area).Select(System.IO.Path.GetFileName).Where(name => name!.Length == 64).Select(name => name![0]).Order());

    public void Dispose() => _folder.Dispose();
}
