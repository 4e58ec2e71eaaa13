using System.Runtime.Versioning;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Pipeline.Tests.Caching;

public sealed class SharedCaches : IDisposable
{
    private readonly StoreFolder _folder = new();

    [Fact]
    public void Writers_of_one_key_leave_one_entry_and_no_rest()
    {
        Parallel.For(0, 16, _ => _folder.Open().Add(StoreFolder.Key('a'), [1], [2]).ShouldBeTrue());

        Directory.GetDirectories(_folder.Area).ShouldBe([Path.Combine(_folder.Area, StoreFolder.Key('a'))]);
        _folder.Open().Find(StoreFolder.Key('a')).ShouldNotBeNull();
    }

    // Every worker has stores of its own, so that they meet only in the folder, as processes do.
    [Fact]
    public void Readers_writers_vandals_and_evictors_never_see_anything_but_a_miss_or_the_whole_entry()
    {
        const int Workers = 8;
        const int Rounds = 300;
        var hits = 0;
        Parallel.For(0, Workers, new ParallelOptions { MaxDegreeOfParallelism = Workers }, worker =>
        {
            var random = new Random(worker);
            // Room for two of the eight entries: nearly every addition evicts.
            var store = _folder.Open(limit: 3 * 2048);
            for (var round = 0; round < Rounds; round++)
            {
                var digit = (char)('a' + random.Next(4));
                switch (random.Next(8))
                {
                    case 0:
                        Spoil(digit, random);
                        break;
                    case 1:
                        Ignored(() => _folder.Age(digit, TimeSpan.FromHours(1 + random.Next(9))));
                        break;
                    case 2 or 3 or 4:
                        store.Add(StoreFolder.Key(digit), Content(digit, 1), Content(digit, 2));
                        break;
                    default:
                        if (store.Find(StoreFolder.Key(digit)) is { } found)
                        {
                            found.ShouldBe([Content(digit, 1), Content(digit, 2)]);
                            Interlocked.Increment(ref hits);
                        }

                        break;
                }
            }
        });

        hits.ShouldBeGreaterThan(0);
        foreach (var digit in "abcd")
        {
            _folder.Open().Add(StoreFolder.Key(digit), Content(digit, 1), Content(digit, 2)).ShouldBeTrue();
            _folder.Open().Find(StoreFolder.Key(digit)).ShouldNotBeNull();
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_the_entry_only()
    {
        var file = Path.Combine(_folder.Path, "not-a-folder");
        File.WriteAllText(file, "");
        var blobs = new BlobCache(file);

        blobs.Add(StoreFolder.Key('a'), [1]).ShouldBeFalse();
        blobs.Find(StoreFolder.Key('a')).ShouldBeNull();
    }

    [UnprivilegedFact]
    [UnsupportedOSPlatform("windows")]
    public void A_cache_that_cannot_be_written_still_gives_hits_and_takes_no_harm_from_damage()
    {
        _folder.Open().Add(StoreFolder.Key('a'), [1], [2]);
        _folder.Open().Add(StoreFolder.Key('b'), [1], [2]);
        File.WriteAllBytes(_folder.File('b', "first"), [7]);
        string[] folders = [Path.GetDirectoryName(_folder.Seal('a'))!, Path.GetDirectoryName(_folder.Seal('b'))!, _folder.Area, _folder.Path];
        Array.ForEach(folders, folder => File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute));
        try
        {
            _folder.Open().Find(StoreFolder.Key('a')).ShouldBe([[1], [2]]);
            _folder.Open().Find(StoreFolder.Key('b')).ShouldBeNull();
            _folder.Open().Add(StoreFolder.Key('c'), [1], [2]).ShouldBeFalse();
            CacheInspector.Clear(_folder.Path).Kept.Count.ShouldBe(2);
        }
        finally
        {
            Array.ForEach(folders, folder => File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Content(char digit, int file) => [.. Enumerable.Range(0, 1024).Select(i => (byte)((digit * file) + i))];

    private void Spoil(char digit, Random random) => Ignored(() =>
    {
        var path = _folder.File(digit, random.Next(2) == 0 ? "first" : EntrySeal.FileName);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(random.Next(8));
    });

    private static void Ignored(Action action)
    {
        try
        {
            action();
        }
        catch (IOException)
        {
            // Not there just now.
        }
    }
}
