using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Tests.Caching;

public sealed class Evictions : IDisposable
{
    private static readonly byte[] Big = new byte[10_000];
    private readonly StoreFolder _folder = new();

    [Fact]
    public void What_was_not_used_longest_goes_first()
    {
        Add("abcd");
        _folder.Age('b', TimeSpan.FromHours(4));
        _folder.Age('d', TimeSpan.FromHours(3));
        _folder.Age('a', TimeSpan.FromHours(2));
        _folder.Age('c', TimeSpan.FromHours(1));

        // Five entries of a little more than 10 KB; 9/10 of 45 KB is room for three.
        _folder.Open(limit: 45_000).Add(StoreFolder.Key('e'), Big, []);

        _folder.Digits().ShouldBe("ace");
    }

    [Fact]
    public void A_hit_counts_as_use()
    {
        Add("ab");
        _folder.Age('a', TimeSpan.FromHours(2));
        _folder.Age('b', TimeSpan.FromHours(1));

        _folder.Open().Find(StoreFolder.Key('a')).ShouldNotBeNull();
        (DateTime.UtcNow - File.GetLastWriteTimeUtc(_folder.Seal('a'))).ShouldBeLessThan(TimeSpan.FromMinutes(30));
        _folder.Open(limit: 25_000).Add(StoreFolder.Key('c'), Big, []);

        _folder.Digits().ShouldBe("ac");
    }

    [Fact]
    public void What_was_just_added_or_just_used_stays_even_above_the_limit()
    {
        Add("abc");
        _folder.Age('a', TimeSpan.FromMinutes(5));

        _folder.Open(limit: 100).Add(StoreFolder.Key('d'), Big, []);

        _folder.Digits().ShouldBe("abcd");
    }

    [Fact]
    public void A_clock_that_runs_ahead_does_not_keep_an_entry_for_ever()
    {
        Add("a");
        _folder.Age('a', TimeSpan.FromDays(-400));

        _folder.Open(limit: 100).Add(StoreFolder.Key('b'), Big, []);

        _folder.Digits().ShouldBe("b");
    }

    [Fact]
    public void All_areas_count()
    {
        new BlobCache(_folder.Path).Add(StoreFolder.Key('a'), Big).ShouldBeTrue();
        var seal = Path.Combine(_folder.Path, CacheLayout.Blobs, StoreFolder.Key('a'), EntrySeal.FileName);
        File.SetLastWriteTimeUtc(seal, DateTime.UtcNow - TimeSpan.FromHours(1));

        _folder.Open(limit: 15_000).Add(StoreFolder.Key('b'), Big, []);

        new BlobCache(_folder.Path).Find(StoreFolder.Key('a')).ShouldBeNull();
    }

    [Fact]
    public void Moments_push_out_nothing_else_and_nothing_else_pushes_out_them()
    {
        Add("a");
        _folder.Age('a', TimeSpan.FromHours(3));
        var moments = BlobCache.Moments(_folder.Path, limit: 15_000);
        moments.Add(StoreFolder.Key('b'), Big).ShouldBeTrue();
        var seal = Path.Combine(_folder.Path, CacheLayout.Moments, StoreFolder.Key('b'), EntrySeal.FileName);
        File.SetLastWriteTimeUtc(seal, DateTime.UtcNow - TimeSpan.FromHours(2));

        new BlobCache(_folder.Path, limit: 15_000).Add(StoreFolder.Key('c'), [1]);

        File.Exists(seal).ShouldBeTrue();
        _folder.Digits().ShouldBe("a");

        moments.Add(StoreFolder.Key('d'), Big);

        File.Exists(seal).ShouldBeFalse();
        moments.Find(StoreFolder.Key('d')).ShouldBe(Big);
        _folder.Digits().ShouldBe("a");
        new BlobCache(_folder.Path).Find(StoreFolder.Key('c')).ShouldBe([1]);
    }

    [Fact]
    public void A_store_that_adds_much_keeps_the_limit_all_the_time()
    {
        var store = _folder.Open(limit: 35_000);
        foreach (var digit in "0123456789")
        {
            store.Add(StoreFolder.Key(digit), Big, []);
            _folder.Age(digit, TimeSpan.FromHours(100 - digit));
            Directory.EnumerateFiles(_folder.Area, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length).ShouldBeLessThan(35_000 + 10_000);
        }

        store.Find(StoreFolder.Key('9')).ShouldNotBeNull();
        store.Find(StoreFolder.Key('0')).ShouldBeNull();
    }

    [Fact]
    public void What_killed_writers_left_goes_after_a_day_and_what_is_not_the_caches_stays()
    {
        Add("a");
        var old = Left("1", TimeSpan.FromHours(25));
        var young = Left("2", TimeSpan.FromHours(23));
        string[] others = [Path.Combine(_folder.Area, "photos"), Path.Combine(_folder.Area, "b.tmp"), Path.Combine(_folder.Path, "other")];
        foreach (var other in others)
        {
            Directory.CreateDirectory(other);
            Directory.SetLastWriteTimeUtc(other, DateTime.UnixEpoch);
        }

        _folder.Open(limit: 100).Add(StoreFolder.Key('c'), Big, []);

        Directory.Exists(old).ShouldBeFalse();
        Directory.Exists(young).ShouldBeTrue();
        others.ShouldAllBe(other => Directory.Exists(other));
    }

    public void Dispose() => _folder.Dispose();

    private void Add(string digits)
    {
        foreach (var digit in digits)
        {
            _folder.Open().Add(StoreFolder.Key(digit), Big, []).ShouldBeTrue();
        }
    }

    private string Left(string name, TimeSpan age)
    {
        var folder = Path.Combine(_folder.Area, $"{StoreFolder.Key('a')}.{name}.tmp");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "first"), [1]);
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - age);
        return folder;
    }
}
