using System.IO.Compression;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Build;

public sealed class BuildSessionTests : IDisposable
{
    private static readonly DateTime LongAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly BuildFixture _project = new();

    public BuildSessionTests()
    {
        // A file written within the run's own time would count as changed while it ran.
        File.SetLastWriteTimeUtc(_project.Manifest, LongAgo);
        File.SetLastWriteTimeUtc(_project.Model, LongAgo);
    }

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
        File.SetLastWriteTimeUtc(path, LongAgo);
        BuildFixture.Write(_project.Manifest, "version: 1 ");
        _project.Build().ShouldBe(ExitCode.Passed);
        File.GetLastWriteTimeUtc(path).ShouldBe(LongAgo);

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
        File.SetLastWriteTimeUtc(_project.Model, LongAgo.AddDays(1));
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(1);
        _project.Files().Where(file => file.Path != _project.StateFile).ShouldBe(outputs);
        Stamp(_project.Model).ShouldBe((10, LongAgo.AddDays(1).Ticks));
        log.Headlines.Count.ShouldBe(1);
    }

    [Fact]
    public void Changed_content_runs_again_even_when_the_file_is_older()
    {
        _project.Build();
        BuildFixture.Write(_project.Model, "9876543210");
        File.SetLastWriteTimeUtc(_project.Model, LongAgo.AddYears(-1));

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
        Age(LongAgo);
        _project.Build();
        _project.Build();
        _project.Runs.ShouldBe(1);

        Age(LongAgo.AddDays(1));
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(1);

        BuildFixture.Write(sample, "321");
        Age(LongAgo.AddDays(2));
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Runs.ShouldBe(2);

        void Age(DateTime time)
        {
            File.SetLastWriteTimeUtc(sample, time);
            Directory.SetLastWriteTimeUtc(_project["samples/cat"], LongAgo);
            Directory.SetLastWriteTimeUtc(_project["samples"], LongAgo);
        }
    }

    [Fact]
    public void File_of_a_folder_that_was_written_during_the_run_is_looked_at_again()
    {
        Directory.CreateDirectory(_project["samples/cat"]);
        _project.MoreInputs.Add(_project["samples"]);
        _project.During = _ => BuildFixture.Write(_project["samples/cat/1.npy"], "123");
        _project.Build();
        _project.During = _ => { };

        _project.Build();

        _project.Runs.ShouldBe(2);
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
        File.SetLastWriteTimeUtc(_project.Output, LongAgo);
        File.SetLastWriteTimeUtc(_project.Accessor, LongAgo);
        _project.Request = _project.Request with { Device = "cpu" };

        _project.Build();

        _project.Runs.ShouldBe(2);
        File.GetLastWriteTimeUtc(_project.Output).ShouldBe(LongAgo);
        File.GetLastWriteTimeUtc(_project.Accessor).ShouldBe(LongAgo);
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
    public void A_build_that_ended_between_two_outputs_is_no_answer_even_when_every_length_fits()
    {
        _project.Build();
        var accessor = File.ReadAllBytes(_project.Accessor);
        BuildFixture.Write(_project.Model, "abcdefghij");
        File.SetLastWriteTimeUtc(_project.Model, LongAgo.AddDays(1));
        // The accessor cannot be replaced, after the model was.
        File.Delete(_project.Accessor);
        Directory.CreateDirectory(_project.Accessor);
        _project.Build().ShouldBe(ExitCode.Environment);
        File.ReadAllText(_project.Output).ShouldBe("abcde");
        Directory.Delete(_project.Accessor);

        // Back to what the first build saw, which left files of the same lengths.
        File.WriteAllBytes(_project.Accessor, accessor);
        BuildFixture.Write(_project.Model, "0123456789");
        File.SetLastWriteTimeUtc(_project.Model, LongAgo);
        _project.Build().ShouldBe(ExitCode.Passed);

        File.ReadAllText(_project.Output).ShouldBe("01234");
        File.ReadAllBytes(_project.Accessor).ShouldBe(accessor);
    }

    [Fact]
    public void What_a_killed_build_left_is_deleted_but_not_the_request_of_one_that_waits()
    {
        _project.Build();
        string[] left =
        [
            _project.Accessor + ".12.3.tmp",
            _project.Output + ".12.3.tmp",
            _project.StateFile + ".12.3.tmp",
            Path.Combine(_project.Request.OutputDirectory, "request-2147483645.json"),
            Path.Combine(_project.Request.OutputDirectory, "request-2147483646.json"),
            Path.Combine(_project.Request.OutputDirectory, "request-12.json"),
        ];
        var waiting = Path.Combine(_project.Request.OutputDirectory, "request-13.json");
        Array.ForEach(left, file => BuildFixture.Write(file, "half"));
        File.SetLastWriteTimeUtc(left[^1], LongAgo);
        File.SetLastWriteTimeUtc(left[^2], DateTime.UtcNow.AddMinutes(-12));
        // The clock was set back since.
        File.SetLastWriteTimeUtc(left[^3], DateTime.UtcNow.AddMinutes(12));
        BuildFixture.Write(waiting, "{}");
        Directory.CreateDirectory(Path.Combine(_project.Request.OutputDirectory, ".staging", "digits"));
        _project.Request = _project.Request with { Device = "cpu" };

        _project.Build().ShouldBe(ExitCode.Passed);

        _project.Files().Select(file => file.Path).ShouldBe(new[] { _project.Output, _project.Accessor, waiting, _project.StateFile }, ignoreOrder: true);
    }

    [Fact]
    public void Failed_gate_keeps_the_previous_outputs_and_fails_again_without_a_run()
    {
        _project.Build();
        var before = File.ReadAllText(_project.Output);
        BuildFixture.Write(_project.Model, "abcdefghij");
        File.SetLastWriteTimeUtc(_project.Model, LongAgo.AddDays(1));
        _project.Problems.Add(new Diagnostic("MOC4001", DiagnosticSeverity.Error, "too low", new SourcePosition(_project.Manifest, 7, 9)));
        _project.Build().ShouldBe(ExitCode.GateFailed);
        var log = new ListLog();

        _project.Build(log).ShouldBe(ExitCode.GateFailed);

        _project.Runs.ShouldBe(2);
        log.Diagnostics.ShouldBe(_project.Problems);
        File.ReadAllText(_project.Output).ShouldBe(before);
        _project.State.GetProperty("succeeded").GetBoolean().ShouldBeFalse();
        _project.State.GetProperty("outputs").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("MOC1011", ExitCode.BadInput)]
    [InlineData("MOC4005", ExitCode.GateFailed)]
    [InlineData("MOC5121", ExitCode.Environment)]
    [InlineData("MOC9001", ExitCode.Internal)]
    public void Other_failures_leave_everything_and_are_tried_again(string code, int exitCode)
    {
        _project.Build();
        var before = _project.Files();
        BuildFixture.Write(_project.Model, "abcdefghij");
        File.SetLastWriteTimeUtc(_project.Model, LongAgo.AddDays(1));
        _project.Problems.Add(new Diagnostic(code, DiagnosticSeverity.Error, "broken"));

        _project.Build().ShouldBe(exitCode);
        _project.Files().ShouldBe(before);

        _project.Problems.Clear();
        _project.Build().ShouldBe(ExitCode.Passed);
        File.ReadAllText(_project.Output).ShouldBe("abcde");
    }

    [Fact]
    public void Cancelled_build_leaves_everything_as_it_was()
    {
        _project.Build();
        var before = _project.Files();
        BuildFixture.Write(_project.Model, "abcdefghij");
        using var cancel = new CancellationTokenSource();
        _project.During = _ => cancel.Cancel();

        Should.Throw<OperationCanceledException>(() => _project.Build(cancellation: cancel.Token));

        _project.Files().ShouldBe(before);
    }

    [Fact]
    public void File_written_during_the_run_is_looked_at_again()
    {
        _project.During = _ => BuildFixture.Write(_project.Model, "0123456789");
        _project.Build();
        Stamp(_project.Model).ShouldBe((10, 0));
        _project.During = _ => { };

        _project.Build();

        _project.Runs.ShouldBe(2);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Whoever_sets_the_clock_during_the_run_has_everything_looked_at_again(int hours)
    {
        var clock = new SetClock();
        _project.Clock = clock;
        _project.During = _ =>
        {
            clock.Moved = TimeSpan.FromHours(hours);
            // Stamped by that clock, and not what was read.
            BuildFixture.Write(_project.Model, "abcdefghij");
            File.SetLastWriteTimeUtc(_project.Model, clock.GetUtcNow().UtcDateTime);
        };
        _project.Build().ShouldBe(ExitCode.Passed);
        _project.During = _ => { };
        File.SetLastWriteTimeUtc(_project.Model, LongAgo);
        File.SetLastWriteTimeUtc(_project.Manifest, LongAgo);

        _project.Build().ShouldBe(ExitCode.Passed);
        _project.Build().ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(2);
        File.ReadAllText(_project.Output).ShouldBe("abcde");
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Moved { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Moved;
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

    [Theory]
    [InlineData("../notes.txt")]
    [InlineData("digits/../../notes.txt")]
    [InlineData("linked/notes.txt")]
    [InlineData("<project>/notes.txt")]
    public void What_a_planted_state_names_elsewhere_stays(string planted)
    {
        _project.Build();
        BuildFixture.Write(_project["notes.txt"], "mine");
        Directory.CreateDirectory(_project["elsewhere"]);
        BuildFixture.Write(_project["elsewhere/notes.txt"], "mine");
        BuildFixture.Write(_project["elsewhere/model.onnx"], "mine");
        Directory.CreateSymbolicLink(Path.Combine(_project.Request.OutputDirectory, "linked"), _project["elsewhere"]);
        var text = File.ReadAllText(_project.StateFile);
        File.WriteAllText(
            _project.StateFile,
            text.Replace("DigitsModel.g.cs", planted.Replace("<project>", _project[""].TrimEnd('/'), StringComparison.Ordinal), StringComparison.Ordinal));
        BuildFixture.Write(_project.Manifest, "version: 1 # changed");

        _project.Build().ShouldBe(ExitCode.Passed);

        _project.Runs.ShouldBe(2);
        File.ReadAllText(_project["notes.txt"]).ShouldBe("mine");
        File.ReadAllText(_project["elsewhere/notes.txt"]).ShouldBe("mine");
        File.ReadAllText(_project["elsewhere/model.onnx"]).ShouldBe("mine");
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

    private (long Length, long Ticks) Stamp(string path)
    {
        var input = _project.State.GetProperty("inputs").EnumerateArray().Single(stamp => Path.GetFullPath(stamp.GetProperty("path").GetString()!, _project.Request.OutputDirectory) == path);
        return (input.GetProperty("length").GetInt64(), input.GetProperty("lastWriteUtc").GetInt64());
    }
}
