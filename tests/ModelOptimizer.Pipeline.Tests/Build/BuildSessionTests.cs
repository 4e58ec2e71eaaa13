using System.IO.Compression;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Build;

public sealed class BuildSessionTests : IDisposable
{
    private readonly BuildFixture _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void First_build_leaves_model_accessor_and_state()
    {
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.Passed);

        File.ReadAllText(_project.Output).ShouldBe("01234");
        File.ReadAllText(_project.Accessor).ShouldContain("internal static class DigitsModel");
        log.Headlines.ShouldBe(["digits: 10 B → 5 B (50 %), top1 98.9 % → 98.7 %, no gates"]);
        _project.Relative(File.ReadAllText(_project.StateFile)).ShouldBeApproved();
    }

    [Theory]
    [InlineData(EmbedCompression.Brotli, "net10.0", ".brotli")]
    [InlineData(EmbedCompression.Auto, "netstandard2.1;net8.0", ".brotli")]
    [InlineData(EmbedCompression.Auto, "net10.0;net48", ".deflate")]
    internal void Resource_is_packed_once_as_all_target_frameworks_can_unpack_it(EmbedCompression compression, string frameworks, string ending)
    {
        BuildFixture.Write(_project.Model, new string('x', 2000));
        _project.Embed = _project.Embed! with { Compression = compression };
        _project.Request = _project.Request with { TargetFrameworks = frameworks };

        _project.Build().ShouldBe(ExitCode.Passed);

        var resource = _project.State.GetProperty("outputs").EnumerateArray().First(output => output.GetProperty("kind").GetString() == "resource");
        var path = Path.Combine(_project.Request.OutputDirectory, resource.GetProperty("path").GetString()!);
        path.ShouldEndWith(ending);
        resource.GetProperty("length").GetInt64().ShouldBeLessThan(100);
        using var packed = File.OpenRead(path);
        using Stream unpacked =
            ending == ".brotli" ? new BrotliStream(packed, CompressionMode.Decompress) : new DeflateStream(packed, CompressionMode.Decompress);
        new StreamReader(unpacked).ReadToEnd().ShouldBe(File.ReadAllText(_project.Output));

        // The file's name has the model's hash: another manifest with the same result packs nothing.
        File.SetLastWriteTimeUtc(path, BuildFixture.LongAgo);
        BuildFixture.Write(_project.Manifest, "version: 1 ");
        _project.Build().ShouldBe(ExitCode.Passed);
        File.GetLastWriteTimeUtc(path).ShouldBe(BuildFixture.LongAgo);

        // The model itself stays: verify measures it, and reports name it.
        _project.Embed = _project.Embed with { Compression = EmbedCompression.None };
        BuildFixture.Write(_project.Manifest, "version: 1  ");
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Embed = _project.Embed with { Compression = compression };
        BuildFixture.Write(_project.Manifest, "version: 1   ");
        _project.Build().ShouldBe(ExitCode.Passed);
        File.Exists(_project.Output).ShouldBeTrue();

        // And what is no resource any more goes.
        BuildFixture.Write(_project.Model, new string('y', 2000));
        _project.Build().ShouldBe(ExitCode.Passed);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public void Same_content_with_new_time_stamps_only_refreshes_the_state()
    {
        _project.Build();
        var outputs = _project.Files().Where(file => file.Path != _project.StateFile).ToList();
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo.AddDays(1));
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(1);
        _project.Files().Where(file => file.Path != _project.StateFile).ShouldBe(outputs);
        _project.Stamp(_project.Model).ShouldBe((10, BuildFixture.LongAgo.AddDays(1).Ticks));
        log.Headlines.Count.ShouldBe(1);
    }

    [Fact]
    public void Changed_content_runs_again_even_when_the_file_is_older()
    {
        _project.Build();
        BuildFixture.Write(_project.Model, "9876543210");
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo.AddYears(-1));

        _project.Build().ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(2);
        File.ReadAllText(_project.Output).ShouldBe("98765");
    }

    [Fact]
    public void File_of_a_folder_that_was_read_runs_again_when_its_content_changes()
    {
        var sample = _project["samples/cat/1.npy"];
        Directory.CreateDirectory(_project["samples/cat"]);
        BuildFixture.Write(sample, "123");
        _project.MoreInputs.Add(_project["samples"]);
        Age(BuildFixture.LongAgo);
        _project.Build();
        _project.Build();
        _project.Runs.ShouldBe(1);

        Age(BuildFixture.LongAgo.AddDays(1));
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(1);

        BuildFixture.Write(sample, "321");
        Age(BuildFixture.LongAgo.AddDays(2));
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(2);

        void Age(DateTime time)
        {
            File.SetLastWriteTimeUtc(sample, time);
            Directory.SetLastWriteTimeUtc(_project["samples/cat"], BuildFixture.LongAgo);
            Directory.SetLastWriteTimeUtc(_project["samples"], BuildFixture.LongAgo);
        }
    }

    [Fact]
    public void Model_that_is_copied_is_an_output_of_its_own_kind_without_accessor()
    {
        _project.Embed = new EmbedPlan(null, null, new SourcePosition("modelopt.yaml", 9, 5)) { Copy = "models/digits.onnx" };

        _project.Build().ShouldBe(ExitCode.Passed);

        var output = _project.State.GetProperty("outputs").EnumerateArray().ShouldHaveSingleItem();
        output.GetProperty("kind").GetString().ShouldBe("copy");
        output.GetProperty("logicalName").GetString().ShouldBe("models/digits.onnx");
        output.GetProperty("path").GetString().ShouldBe("digits/digits.onnx");
        File.Exists(_project.Accessor).ShouldBeFalse();
    }

    [Fact]
    public void Equal_output_keeps_its_time_stamp_when_the_run_was_needed()
    {
        _project.Build();
        File.SetLastWriteTimeUtc(_project.Output, BuildFixture.LongAgo);
        File.SetLastWriteTimeUtc(_project.Accessor, BuildFixture.LongAgo);
        _project.Request = _project.Request with { Device = "cpu" };

        _project.Build();

        _project.Runs.ShouldBe(2);
        File.GetLastWriteTimeUtc(_project.Output).ShouldBe(BuildFixture.LongAgo);
        File.GetLastWriteTimeUtc(_project.Accessor).ShouldBe(BuildFixture.LongAgo);
    }

    [Fact]
    public void Lost_output_is_made_again()
    {
        _project.Build();
        File.Delete(_project.Accessor);

        _project.Build();

        File.Exists(_project.Accessor).ShouldBeTrue();
    }

    [Fact]
    public void Another_tool_runs_again_and_another_cache_folder_does_not()
    {
        _project.Build();
        _project.Request = _project.Request with { CacheDirectory = "elsewhere" };
        _project.Build();
        _project.Runs.ShouldBe(1);

        _project.ToolVersion = "1.1";
        _project.Build();

        _project.Runs.ShouldBe(2);
    }

    [Fact]
    public void Model_that_is_no_longer_embedded_leaves_nothing_behind()
    {
        _project.Build();
        _project.Embed = _project.Embed! with { Accessor = "OtherModel" };
        BuildFixture.Write(_project.Manifest, "version: 1 # changed");

        _project.Build();

        File.Exists(_project.Accessor).ShouldBeFalse();
        File.Exists(_project["obj/OtherModel.g.cs"]).ShouldBeTrue();
        File.Exists(_project.Output).ShouldBeTrue();
    }

    [Fact]
    public void A_copied_tree_speaks_of_itself()
    {
        _project.Build();
        using var copy = _project.Copy();
        var original = _project.Files();

        copy.Build().ShouldBe(ExitCode.Passed);
        copy.Runs.ShouldBe(0);
        copy.State.GetProperty("outputs")[0].GetProperty("path").GetString().ShouldBe("digits/digits.onnx");
        BuildState.Read(copy.StateFile)!.Outputs.Select(output => output.Path).ShouldBe([copy.Output, copy.Accessor]);

        copy.Embed = copy.Embed! with { Accessor = "OtherModel" };
        BuildFixture.Write(copy.Manifest, "version: 1 # changed");
        copy.Build().ShouldBe(ExitCode.Passed);

        copy.Runs.ShouldBe(1);
        File.Exists(copy.Accessor).ShouldBeFalse();
        _project.Files().ShouldBe(original);
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(1);
    }

    [Fact]
    public void Two_manifests_with_one_model_name_are_an_error_at_the_second()
    {
        BuildFixture.Write(_project["second.yaml"], "version: 1");
        _project.Request = _project.Request with { Manifests = [_project.Manifest, _project["second.yaml"]] };
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.BadInput);

        _project.Relative(string.Join('\n', log.Diagnostics)).ShouldBeApproved();
        _project.Runs.ShouldBe(0);
    }

    [Fact]
    public void Languages_without_accessor_get_the_resource_and_a_note()
    {
        _project.Request = _project.Request with { Language = "F#" };
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.Passed);

        File.Exists(_project.Output).ShouldBeTrue();
        File.Exists(_project.Accessor).ShouldBeFalse();
        log.Diagnostics.ShouldHaveSingleItem()
            .ToString()
            .ShouldBe(
                "modelopt.yaml(9,5): note MOC5115: The accessor 'DigitsModel' is generated for C# projects only; in F# open the resource 'Digits.onnx' with "
                    + "Assembly.GetManifestResourceStream."
            );

        _project.Embed = _project.Embed! with { Compression = EmbedCompression.Brotli };
        BuildFixture.Write(_project.Manifest, "version: 1 ");
        var packed = new ListLog();
        _project.Build(packed).ShouldBe(ExitCode.Passed);
        packed.Diagnostics.ShouldHaveSingleItem().Message.ShouldEndWith("GetManifestResourceStream, and unpack it by a BrotliStream.");
    }

    [Fact]
    public void Verify_measures_again_in_place_although_nothing_changed()
    {
        _project.Build();
        _project.Request = _project.Request with { Verify = true };

        _project.Build();
        _project.Build();

        _project.Runs.ShouldBe(3);
        File.ReadAllText(_project.Output).ShouldBe("01234");
    }

    [Fact]
    public void Disabled_build_embeds_the_original_without_a_run()
    {
        var graph = new GraphBuilder();
        var onnx = graph.Build().ToBytes();
        File.WriteAllBytes(_project.Model, onnx);
        _project.Request = _project.Request with { Enabled = false };
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(0);
        File.ReadAllBytes(_project.Output).ShouldBe(onnx);
        log.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe(BuildCodes.Disabled);
        _project.State.GetProperty("outputs").GetArrayLength().ShouldBe(2);
    }
}
