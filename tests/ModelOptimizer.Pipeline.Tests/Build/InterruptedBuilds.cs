using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Pipeline.Tests.Build;

/// <summary>Builds that fail, are ended, or have their files changed meanwhile.</summary>
public sealed class InterruptedBuilds : IDisposable
{
    private readonly BuildFixture _project = new();

    public void Dispose() => _project.Dispose();

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
    public void A_build_that_ended_between_two_outputs_is_no_answer_even_when_every_length_fits()
    {
        _project.Build();
        var accessor = File.ReadAllBytes(_project.Accessor);
        BuildFixture.Write(_project.Model, "abcdefghij");
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo.AddDays(1));
        // The accessor cannot be replaced, after the model was.
        File.Delete(_project.Accessor);
        Directory.CreateDirectory(_project.Accessor);
        _project.Build().ShouldBe(ExitCode.Environment);
        File.ReadAllText(_project.Output).ShouldBe("abcde");
        Directory.Delete(_project.Accessor);

        // Back to what the first build saw, which left files of the same lengths.
        File.WriteAllBytes(_project.Accessor, accessor);
        BuildFixture.Write(_project.Model, "0123456789");
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo);
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
        File.SetLastWriteTimeUtc(left[^1], BuildFixture.LongAgo);
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
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo.AddDays(1));
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
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo.AddDays(1));
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
        _project.Stamp(_project.Model).ShouldBe((10, 0));
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
        File.SetLastWriteTimeUtc(_project.Model, BuildFixture.LongAgo);
        File.SetLastWriteTimeUtc(_project.Manifest, BuildFixture.LongAgo);

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
}
