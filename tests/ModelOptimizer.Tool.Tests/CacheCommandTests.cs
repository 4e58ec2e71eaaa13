using System.Text.Json;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class CacheCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    [Fact]
    public async Task Info_counts_entries_and_what_was_left()
    {
        Fill();

        (await _line.Invoke("cache", "info", "--cache", "cache")).ShouldBe(ExitCode.Passed, _line.Error);

        _line.Out.ShouldBeApproved();
    }

    [Fact]
    public async Task Info_as_json_has_the_same_numbers()
    {
        Fill();

        (await _line.Invoke("cache", "info", "--cache", "cache", "--json")).ShouldBe(ExitCode.Passed);

        _line.Out.ShouldBeApproved();
    }

    [Fact]
    public async Task A_cache_that_is_not_there_is_empty_and_is_not_made()
    {
        (await _line.Invoke("cache", "info", "--cache", "nowhere")).ShouldBe(ExitCode.Passed);
        (await _line.Invoke("cache", "clear", "--cache", "nowhere")).ShouldBe(ExitCode.Passed);

        _line.Out.ShouldBeApproved();
        Directory.Exists(Path.Combine(_line.Folder, "nowhere")).ShouldBeFalse();
    }

    [Fact]
    public async Task Clear_removes_what_is_the_caches_and_nothing_else()
    {
        Fill();
        string[] others =
        [
            "cache/thesis.txt",
            "cache/results/notes.txt",
            "cache/blobs/mine/data",
            $"cache/{new string('a', 64)}/data",
            "cache/results.tmp/data",
        ];
        foreach (var other in others.Select(InFolder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(other)!);
            File.WriteAllText(other, "mine");
        }

        (await _line.Invoke("cache", "clear", "--cache", "cache")).ShouldBe(ExitCode.Passed, _line.Error);

        _line.Out.ShouldBe("Removed 2 entries and 1 unfinished one, 2.3 KB, from <folder>/cache\n");
        Directory
            .EnumerateFiles(InFolder("cache"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .ShouldBe(others.Select(InFolder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Clear_leaves_no_empty_folders_of_its_own_and_says_as_json_what_it_did()
    {
        Fill();

        (await _line.Invoke("cache", "clear", "--cache", "cache", "--json")).ShouldBe(ExitCode.Passed, _line.Error);

        var root = JsonDocument.Parse(_line.Out).RootElement;
        root.GetProperty("entries").GetInt32().ShouldBe(2);
        root.GetProperty("leftovers").GetInt32().ShouldBe(1);
        root.GetProperty("kept").GetArrayLength().ShouldBe(0);
        Directory.EnumerateFileSystemEntries(InFolder("cache")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_is_no_cache()
    {
        File.WriteAllText(InFolder("model.onnx"), "");

        (await _line.Invoke("cache", "clear", "--cache", "model.onnx")).ShouldBe(ExitCode.BadInput);

        _line.Error.ShouldBe("error MOC1080: 'model.onnx' is a file. --cache and ModelOptimizerCache take the folder that holds the cache.\n");
        File.Exists(InFolder("model.onnx")).ShouldBeTrue();
    }

    [Fact]
    public async Task Cache_needs_a_verb()
    {
        (await _line.Invoke("cache")).ShouldBe(ExitCode.BadInput);
        (await _line.Invoke("cache", "claer")).ShouldBe(ExitCode.BadInput);

        _line.Error.ShouldBeApproved();
    }

    public void Dispose() => _line.Dispose();

    private string InFolder(string path) => Path.Combine(_line.Folder, path);

    // Two entries of 1,000 bytes and their seals, and what a killed writer left.
    private void Fill()
    {
        var blobs = new BlobCache(InFolder("cache"));
        foreach (var (digit, day) in new[] { ('a', 3), ('b', 5) })
        {
            var key = new string(digit, 64);
            blobs.Add(key, new byte[1000]).ShouldBeTrue();
            File.SetLastWriteTimeUtc(InFolder($"cache/blobs/{key}/entry.sha256"), new DateTime(2026, 4, day, 12, 30, 0, DateTimeKind.Utc));
        }

        var left = InFolder($"cache/results/{new string('c', 64)}.0123.tmp");
        Directory.CreateDirectory(left);
        File.WriteAllBytes(Path.Combine(left, "model.onnx"), new byte[5]);
    }
}
