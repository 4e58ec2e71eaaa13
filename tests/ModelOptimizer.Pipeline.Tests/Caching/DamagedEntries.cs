using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Tests.Caching;

public sealed class DamagedEntries : IDisposable
{
    private static readonly byte[] First = [1, 2, 3];
    private static readonly byte[] Second = [4, 5];
    private readonly StoreFolder _folder = new();
    private readonly List<string> _said = [];

    public static TheoryData<string> Files => ["first", "second", EntrySeal.FileName];

    [Theory]
    [MemberData(nameof(Files))]
    public void Any_changed_byte_is_noticed(string name)
    {
        var store = Filled();
        var path = _folder.File('a', name);
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 1;
            File.WriteAllBytes(path, damaged);

            store.Find(StoreFolder.Key('a')).ShouldBeNull($"byte {i} of {name}");
            store.Add(StoreFolder.Key('a'), First, Second).ShouldBeTrue();
        }

        _said.Count.ShouldBe(whole.Length);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_shorter_a_longer_an_empty_and_a_missing_file_are_noticed(string name)
    {
        var store = Filled();
        var path = _folder.File('a', name);
        var whole = File.ReadAllBytes(path);
        foreach (var content in new byte[]?[] { whole[..^1], [.. whole, 0], [], null })
        {
            if (content is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllBytes(path, content);
            }

            store.Find(StoreFolder.Key('a')).ShouldBeNull($"{content?.Length} bytes of {name}");
            Directory.Exists(Path.GetDirectoryName(path)).ShouldBeFalse();
            store.Add(StoreFolder.Key('a'), First, Second).ShouldBeTrue();
            store.Find(StoreFolder.Key('a')).ShouldBe([First, Second]);
        }
    }

    [Fact]
    public void An_entry_under_another_key_or_in_another_area_is_noticed()
    {
        var store = Filled();
        Directory.Move(Path.Combine(_folder.Area, StoreFolder.Key('a')), Path.Combine(_folder.Area, StoreFolder.Key('b')));
        store.Find(StoreFolder.Key('b')).ShouldBeNull();

        store.Add(StoreFolder.Key('a'), First, Second);
        Directory.Move(_folder.Area, Path.Combine(_folder.Path, CacheLayout.Blobs));
        new ContentStore(_folder.Path, CacheLayout.Blobs, ["first", "second"], CacheFolder.Limit, null).Find(StoreFolder.Key('a')).ShouldBeNull();
    }

    [Fact]
    public void Files_that_changed_places_are_noticed()
    {
        var store = Filled();
        File.WriteAllBytes(_folder.File('a', "first"), Second);
        File.WriteAllBytes(_folder.File('a', "second"), First);

        store.Find(StoreFolder.Key('a')).ShouldBeNull();
    }

    [Fact]
    public void A_damaged_entry_that_nobody_asked_for_is_replaced_by_the_next_result()
    {
        var store = Filled();
        File.WriteAllBytes(_folder.File('a', "first"), []);

        store.Add(StoreFolder.Key('a'), First, Second).ShouldBeTrue();

        store.Find(StoreFolder.Key('a')).ShouldBe([First, Second]);
    }

    [Fact]
    public void Folders_and_files_in_each_others_places_are_misses()
    {
        Directory.CreateDirectory(_folder.File('a', "first"));
        var store = _folder.Open();
        store.Find(StoreFolder.Key('a')).ShouldBeNull();
        store.Add(StoreFolder.Key('a'), First, Second).ShouldBeTrue();
        store.Find(StoreFolder.Key('a')).ShouldBe([First, Second]);

        File.WriteAllText(Path.Combine(_folder.Area, StoreFolder.Key('b')), "");
        store.Find(StoreFolder.Key('b')).ShouldBeNull();
        store.Add(StoreFolder.Key('b'), First, Second).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_key_is_a_sha256(string key) => Should.Throw<ArgumentException>(() => _folder.Open().Find(key));

    public void Dispose() => _folder.Dispose();

    private ContentStore Filled()
    {
        var store = _folder.Open(say: _said.Add);
        store.Add(StoreFolder.Key('a'), First, Second).ShouldBeTrue();
        store.Find(StoreFolder.Key('a')).ShouldBe([First, Second]);
        return store;
    }
}
