using System.Text.Json;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Tests;

public sealed class RunCommandTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public async Task Report_fits_the_terminal(int width)
    {
        using var line = new CommandLine { Width = width };

        (await line.Invoke("compress")).ShouldBe(ExitCode.Passed);

        line.Out.ShouldBeApproved($"{width}");
        line.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Failed_gate_is_exit_code_1_with_the_place_on_the_error_stream()
    {
        using var line = new CommandLine();
        line.Report = SampleReports.Failed(line.Folder);

        (await line.Invoke("verify")).ShouldBe(ExitCode.GateFailed);

        line.Error.ShouldBe("modelopt.yaml(21,9): error MOC4002: `top1` is undecided.\n");
        line.Out.ShouldContain("digits: models/digits.onnx → not written");
        line.Out.ShouldEndWith("gate top1 not passed\n");
    }

    [Fact]
    public async Task Json_is_the_only_output()
    {
        using var line = new CommandLine();
        line.Report = SampleReports.Failed(line.Folder);
        line.During = (_, observer, _) =>
        {
            observer.Message("device: cpu");
            observer.Progress("digits", new MethodProgress("second moments", 1, 10));
        };

        (await line.Invoke("compress", "--json")).ShouldBe(ExitCode.GateFailed);

        JsonDocument.Parse(line.Out).RootElement.GetProperty("version").GetInt32().ShouldBe(1);
        line.Out.ShouldBeApproved();
    }

    [Fact]
    public async Task Progress_is_a_line_per_activity_and_diagnostics_come_once()
    {
        using var line = new CommandLine();
        var warning = new Diagnostic("MOC1101", DiagnosticSeverity.Warning, "no gates", new SourcePosition(Path.Combine(line.Folder, "modelopt.yaml"), 3, 1));
        line.Report = line.Report with { Diagnostics = [warning] };
        line.During = (_, observer, _) =>
        {
            observer.Message("device: cpu");
            observer.Diagnostic(warning);
            observer.Progress("digits", new MethodProgress("second moments", 1, 2));
            observer.Progress("digits", new MethodProgress("second moments", 2, 2));
            observer.Progress("digits", new MethodProgress("conv1", 0, 0));
        };

        await line.Invoke("compress");

        line.Error.ShouldBe("device: cpu\nmodelopt.yaml(3,1): warning MOC1101: no gates\ndigits: second moments\ndigits: conv1\n");
    }

    [Fact]
    public async Task Options_reach_the_run()
    {
        using var line = new CommandLine();

        await line.Invoke("verify", "sub/other.yaml", "--model", "digits", "--device", "cuda:1", "--cache", "c");

        line.Asked.ShouldBe(new RunOptions
        {
            ManifestPath = Path.Combine(line.Folder, "sub", "other.yaml"),
            Model = "digits",
            Device = "cuda:1",
            VerifyOnly = true,
            CacheDirectory = Path.Combine(line.Folder, "c"),
        });
    }

    [Theory]
    [InlineData("variable", null, "variable")]
    [InlineData("variable", "option", "option")]
    [InlineData("variable", "", "variable")]
    [InlineData("", "option", "option")]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public async Task The_cache_is_what_the_option_says_or_the_variable(string? variable, string? option, string? folder)
    {
        using var line = new CommandLine { CacheVariable = variable };

        await line.Invoke(option is null ? ["compress"] : ["compress", "--cache", option]);

        line.Asked!.CacheDirectory.ShouldBe(folder is null ? CacheFolder.Default : Path.Combine(line.Folder, folder));
    }

    [Theory]
    [InlineData("ModelOptimizerCache")]
    [InlineData("MODELOPTIMIZERCACHE")]
    public void The_variable_is_found_in_any_case(string name)
    {
        var before = Environment.GetEnvironmentVariable("ModelOptimizerCache");
        Environment.SetEnvironmentVariable("ModelOptimizerCache", null);
        Environment.SetEnvironmentVariable(name, "from the environment");
        try
        {
            Terminal.OfProcess().CacheVariable.ShouldBe("from the environment");
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
            Environment.SetEnvironmentVariable("ModelOptimizerCache", before);
        }
    }

    [Fact]
    public async Task Manifest_is_modelopt_yaml_here_unless_named()
    {
        using var line = new CommandLine();

        await line.Invoke("compress");

        line.Asked!.ManifestPath.ShouldBe(Path.Combine(line.Folder, "modelopt.yaml"));
        line.Asked.VerifyOnly.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelled_run_is_130_with_a_clean_message()
    {
        using var line = new CommandLine();
        using var cancel = new CancellationTokenSource();
        line.During = (_, _, _) => cancel.Cancel();

        (await line.Invoke(cancel.Token, "compress")).ShouldBe(ExitCode.Cancelled);

        line.Error.ShouldBe("Cancelled. Files are as they were before.\n");
        line.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Unforeseen_failure_is_4_and_asks_for_a_report()
    {
        using var line = new CommandLine();
        line.During = (_, _, _) => throw new InvalidOperationException("boom");

        (await line.Invoke("compress", "--json")).ShouldBe(ExitCode.Internal);

        line.Error.ShouldStartWith("error MOC9001: An unexpected error in ModelOptimizer");
        line.Error.ShouldContain("boom");
        JsonDocument.Parse(line.Out).RootElement.GetProperty("exitCode").GetInt32().ShouldBe(ExitCode.Internal);
    }
}
