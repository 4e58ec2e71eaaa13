using System.Text.Json;
using ModelOptimizer.Build;

namespace ModelOptimizer.Tool.Tests;

public sealed class BuildCommandTests
{
    [Fact]
    public async Task Build_answers_in_json_lines_and_writes_its_state()
    {
        using var line = new CommandLine();
        var model = Directory.CreateDirectory(Path.Combine(line.Folder, "models"));
        File.WriteAllText(Path.Combine(model.FullName, "digits.compressed.onnx"), "compressed");
        line.During = (_, observer, _) => observer.Finished(line.Report.Models[0]);

        (await line.Invoke("build", "--request", Request(line))).ShouldBe(ExitCode.Passed, line.Out);

        line.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => JsonDocument.Parse(text).RootElement.GetProperty("type").GetString())
            .ShouldBe(["message", "message"]);
        line.Out.ShouldContain("\"importance\":\"high\"");
        File.Exists(Path.Combine(line.Folder, "obj", "state.json")).ShouldBeTrue();
        line.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Failed_gate_is_a_diagnostic_line_and_exit_code_1()
    {
        using var line = new CommandLine();
        line.Report = SampleReports.Failed(line.Folder);

        (await line.Invoke("build", "--request", Request(line))).ShouldBe(ExitCode.GateFailed);

        line.Out.ShouldBe(
            """{"type":"diagnostic","severity":"error","code":"MOC4002","file":"<folder>/modelopt.yaml","line":21,"column":9,"message":"`top1` is undecided."}"""
                + "\n"
        );
    }

    [Fact]
    public async Task Unforeseen_failure_in_a_build_is_a_diagnostic_line()
    {
        using var line = new CommandLine();
        line.During = (_, _, _) => throw new InvalidOperationException("boom");

        (await line.Invoke("build", "--request", Request(line))).ShouldBe(ExitCode.Internal);

        line.Out.ShouldContain("\"code\":\"MOC9001\"");
    }

    [Fact]
    public async Task Cancelled_build_is_130()
    {
        using var line = new CommandLine();
        using var cancel = new CancellationTokenSource();
        line.During = (_, _, _) => cancel.Cancel();

        (await line.Invoke(cancel.Token, "build", "--request", Request(line))).ShouldBe(ExitCode.Cancelled);

        File.Exists(Path.Combine(line.Folder, "obj", "state.json")).ShouldBeFalse();
    }

    private static string Request(CommandLine line)
    {
        var path = Path.Combine(line.Folder, "request.json");
        File.WriteAllText(Path.Combine(line.Folder, "modelopt.yaml"), "version: 1");
        var request = new BuildRequest
        {
            Manifests = [Path.Combine(line.Folder, "modelopt.yaml")],
            OutputDirectory = Path.Combine(line.Folder, "obj"),
            CacheDirectory = Path.Combine(line.Folder, "cache"),
        };
        File.WriteAllText(path, BuildJson.Write(request));
        return path;
    }
}
