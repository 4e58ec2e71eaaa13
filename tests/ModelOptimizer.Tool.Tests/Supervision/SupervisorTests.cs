using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tool.Tests.Supervision;

/// <summary>Real models that end ONNX Runtime 1.30's process, never let it return, or have it take far too much memory.</summary>
public sealed class SupervisorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Other processors than Intel's and AMD's answer such a division with a number.
    private static bool DivisionTraps => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [Fact]
    public void Crash_is_one_error_that_names_the_model()
    {
        if (!DivisionTraps)
        {
            return;
        }

        Crashing("bad.onnx", inShape: true);

        var (exitCode, _, error) = Run("layers", "bad.onnx");

        exitCode.ShouldBe(ExitCode.BadInput, error);
        error.ShouldStartWith("bad.onnx: error MOC2308: The process crashed");
        error.ShouldContain("while ONNX Runtime ran this model", customMessage: error);
        error.TrimEnd().Split('\n').Length.ShouldBe(1, error);
        TemporaryFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Crash_is_in_the_document_of_json()
    {
        if (!DivisionTraps)
        {
            return;
        }

        Crashing("bad.onnx", inShape: true);

        var document = JsonDocument.Parse(Run("layers", "bad.onnx", "--json").Out).RootElement;

        document.GetProperty("command").GetString().ShouldBe("layers");
        document.GetProperty("exitCode").GetInt32().ShouldBe(ExitCode.BadInput);
        document.GetProperty("diagnostics")[0].GetProperty("code").GetString().ShouldBe("MOC2308");
    }

    [Fact]
    public void Crash_on_data_only_ends_compress_and_leaves_everything_as_it_was()
    {
        if (!DivisionTraps)
        {
            return;
        }

        Crashing("bad.onnx", inShape: false);
        Manifest("bad.onnx", timeout: "");
        File.WriteAllText(_folder["bad.compressed.onnx"], "of an earlier run");
        Run("layers", "bad.onnx").ExitCode.ShouldBe(ExitCode.Passed);
        var before = Files();

        var (exitCode, _, error) = Run("compress");

        exitCode.ShouldBe(ExitCode.BadInput, error);
        error.ShouldContain("bad.onnx: error MOC2308: The process crashed", customMessage: error);
        Files().ShouldBe(before);
        TemporaryFiles().ShouldBeEmpty();
        File.ReadAllText(_folder["bad.compressed.onnx"]).ShouldBe("of an earlier run");
    }

    [Fact]
    public void Loop_without_an_end_is_ended_after_the_timeout()
    {
        Endless("endless.onnx");
        Manifest("endless.onnx", "timeout: 1");

        var (exitCode, _, error) = Run("compress");

        exitCode.ShouldBe(ExitCode.BadInput, error);
        error.ShouldContain("endless.onnx: error MOC2308: ONNX Runtime was still running this model after 1 s and was ended.", customMessage: error);
        TemporaryFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Tensor_without_bounds_is_ended_before_it_fills_the_memory()
    {
        var model = new GraphBuilder(opset: 13)
            .Input("x", [1])
            .Node("Cast", ["x"], ["zero"], ("to", (long)DataType.Int64))
            .Integers("extent", [1], 2_000_000_000)
            .Node("Add", ["zero", "extent"], ["shape"])
            .Node("ConstantOfShape", ["shape"], ["y"])
            .Node("NonZero", ["y"], ["z"])
            .Output("z", elementType: (int)DataType.Int64);
        model.Build().Save(_folder["bomb.onnx"]);

        var (exitCode, _, error) = Run("layers", "bomb.onnx");

        exitCode.ShouldBe(ExitCode.BadInput, error);
        error.ShouldMatch(@"^bomb\.onnx: error MOC2308: ONNX Runtime took \d\.\d GB of memory for (loading|running) this model and was ended");
    }

    [Fact]
    public void Signal_ends_a_run_between_two_nodes()
    {
        Endless("endless.onnx");
        CancelledByASignal("layers", "endless.onnx");
    }

    [Fact]
    public void Signal_ends_native_code_that_does_not_listen()
    {
        // ONNX Runtime multiplies constants when it loads a model, here for minutes.
        var graph = new GraphBuilder(opset: 13).Input("x", [1, 8]).Integers("shape", [2], 2000, 2000).Node("ConstantOfShape", ["shape"], ["c0"]);
        for (var i = 0; i < 2000; i++)
        {
            graph.Node("MatMul", [$"c{i}", $"c{i}"], [$"c{i + 1}"]);
        }

        graph.Node("ReduceMean", ["c2000"], ["c"]).MatMul("x", "h", outputs: 8, inputs: 8).Node("Add", ["h", "c"], ["y"]).Output("y");
        graph.Build().Save(_folder["slow.onnx"]);
        Manifest("slow.onnx", timeout: "");
        CancelledByASignal("compress");
    }

    [Fact]
    public void Process_that_the_system_kills_is_an_error_too()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Endless("endless.onnx");
        using var run = new ToolRun(_folder, "layers", "endless.onnx");
        WaitForCall();

        Signal("KILL", Child(run.Id));

        var (exitCode, _, error) = run.End();
        exitCode.ShouldBe(ExitCode.BadInput, error);
        error.ShouldContain("endless.onnx: error MOC2308: The process was ended from outside (SIGKILL) while ONNX Runtime ran this model.");
        TemporaryFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Child_does_not_outlive_the_process_that_watches_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Endless("endless.onnx");
        using var run = new ToolRun(_folder, "layers", "endless.onnx");
        using var child = Process.GetProcessById(Child(run.Id));
        WaitForCall();

        Signal("KILL", run.Id);

        child.WaitForExit(TimeSpan.FromMinutes(1)).ShouldBeTrue();
    }

    [Fact]
    public void Errors_of_the_command_come_through_as_they_are()
    {
        var (exitCode, output, error) = Run("layers", "missing.onnx");

        exitCode.ShouldBe(ExitCode.BadInput, error);
        output.ShouldBeEmpty();
        error.ShouldContain("MOC2001", customMessage: error);
        TemporaryFiles().ShouldBeEmpty();
    }

    /// <summary>Divides the least number by -1, for a shape or for an output.</summary>
    private void Crashing(string name, bool inShape)
    {
        var graph = new GraphBuilder(opset: 13)
            .Input("x", [1, 8])
            .Integers("least", [1], long.MinValue)
            .Integers("two", [1], -2)
            .Node("Equal", ["x", "x"], ["one"])
            .Node("Cast", ["one"], ["ones"], ("to", (long)DataType.Int64))
            .Node("ReduceMax", ["ones"], ["top"], ("keepdims", 0L))
            .Node("Add", ["top", "two"], ["minus"])
            .Node("Div", ["least", "minus"], ["quotient"])
            .MatMul("x", "h", outputs: 8, inputs: 8);
        if (inShape)
        {
            graph.Node("ConstantOfShape", ["quotient"], ["y"]).Output("h", [1, 8]).Output("y");
        }
        else
        {
            graph.Node("Cast", ["quotient"], ["number"], ("to", (long)DataType.Float)).Node("Add", ["h", "number"], ["y"]).Output("y", [1, 8]);
        }

        graph.Build().Save(_folder[name]);
    }

    private void Endless(string name)
    {
        var body = new GraphProto { Name = "body" };
        body.Input.Add(new GraphBuilder().Input("i", [], (int)DataType.Int64).Proto.Graph.Input);
        body.Input.Add(new GraphBuilder().Input("go", [], (int)DataType.Bool).Proto.Graph.Input);
        body.Input.Add(new GraphBuilder().Input("h", [1, 8]).Proto.Graph.Input);
        body.Node.Add(new GraphBuilder().Node("Identity", ["go"], ["goes"]).Node("Identity", ["h"], ["next"]).Proto.Graph.Node);
        body.Output.Add(new GraphBuilder().Output("goes", [], (int)DataType.Bool).Output("next", [1, 8]).Proto.Graph.Output);
        new GraphBuilder(opset: 13)
            .Input("x", [1, 8])
            .MatMul("x", "first", outputs: 8, inputs: 8)
            .Node("Loop", ["", "", "first"], ["last"], ("body", body))
            .Node("NonZero", ["last"], ["y"])
            .Output("y", elementType: (int)DataType.Int64)
            .Build()
            .Save(_folder[name]);
    }

    private void Manifest(string model, string timeout) => File.WriteAllText(
        _folder["modelopt.yaml"],
        $$"""
            version: 1
            device: cpu
            models:
              m:
                source: {{model}}
                {{timeout}}
                calibrate: { random: 4 }
                compress: [ { method: tucker, ranks: { "*": 2 } } ]
                gates: [ { size: { max: 500% } } ]
            """);

    private void CancelledByASignal(params string[] command)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var run = new ToolRun(_folder, command);
        WaitForCall();

        Signal("TERM", run.Id);

        var (exitCode, _, error) = run.End();
        exitCode.ShouldBe(ExitCode.Cancelled, error);
        error.ShouldEndWith("Cancelled. Files are as they were before." + Environment.NewLine);
        TemporaryFiles().ShouldBeEmpty();
    }

    private (int ExitCode, string Out, string Error) Run(params string[] arguments)
    {
        using var run = new ToolRun(_folder, arguments);
        return run.End();
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.Path).Order(StringComparer.Ordinal)];

    private string[] TemporaryFiles() => Directory.GetFileSystemEntries(_folder["tmp"], "modelopt-*");

    // Until it has gone on for a second: the first calls of a command are short.
    private void WaitForCall()
    {
        var last = (Number: 0L, Since: Stopwatch.GetTimestamp());
        while (last.Number == 0 || Stopwatch.GetElapsedTime(last.Since) < TimeSpan.FromSeconds(1))
        {
            Thread.Sleep(20);
            using var marker = Directory.Exists(_folder["tmp"]) ? TemporaryFiles().Select(folder => CallMarker.Open(Path.Combine(folder, "calls"))).FirstOrDefault() : null;
            var number = marker?.Calls().Where(call => call.IsUnderWay).Select(call => call.Number).FirstOrDefault() ?? 0;
            last = number == last.Number ? last : (number, Stopwatch.GetTimestamp());
        }
    }

    private static void Signal(string name, int process)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static int Child(int parent)
    {
        while (true)
        {
            using var list = Process.Start(new ProcessStartInfo("ps", ["-A", "-o", "pid=,ppid="]) { RedirectStandardOutput = true })!;
            var child = list.StandardOutput.ReadToEnd().Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(columns => columns.Length == 2 && columns[1] == parent.ToString(CultureInfo.InvariantCulture));
            if (child is not null)
            {
                return int.Parse(child[0], CultureInfo.InvariantCulture);
            }

            Thread.Sleep(20);
        }
    }
}
