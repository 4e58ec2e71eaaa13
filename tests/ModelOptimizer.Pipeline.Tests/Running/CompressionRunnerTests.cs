using System.IO.Compression;
using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Tests.Evaluation;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class CompressionRunnerTests
{
    private const string Passes = "params: { max: 60% }";

    private const string Fails = "cosine: { min: 100% }";

    [Fact]
    public void Two_runs_with_one_seed_write_the_same_bytes()
    {
        using var project = new SmallProject(Passes);
        project.Run().ExitCode.ShouldBe(0);
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var report = project.Run().Models.ShouldHaveSingleItem();

        File.ReadAllBytes(project.Output).ShouldBe(first);
        report.After.Parameters.ShouldBeLessThanOrEqualTo((long)(0.6 * report.Before.Parameters));
        report.Gates.ShouldHaveSingleItem().Outcome.ShouldBe(GateOutcome.Passed);
    }

    [Fact]
    public void Less_memory_gives_the_same_model_or_an_error_before_anything_is_measured()
    {
        using var project = new SmallProject(Passes);
        var manifest = File.ReadAllText(project.Manifest);
        RunResult Within(string memory)
        {
            File.WriteAllText(project.Manifest, manifest.Replace("device: cpu", $"device: cpu\nmemory: {memory}", StringComparison.Ordinal));
            return project.Run();
        }

        project.Run().ExitCode.ShouldBe(0);
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        Within("0.6 GB").ExitCode.ShouldBe(0);
        File.ReadAllBytes(project.Output).ShouldBe(first);
        var error = Within("50 MB").Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        error.Code.ShouldBe("MOC2105");
        error.Message.ShouldContain("the run may take 0.1 GB");
        error.Message.ShouldContain("Or write 'memory: 0.");
        error.Position.ShouldNotBeNull().Line.ShouldBe(SmallProject.StepLine + 1);
    }

    [Fact]
    public void Shipped_bytes_are_the_models_under_brotli_and_are_asked_for_by_a_gate()
    {
        using var project = new SmallProject("shipped: { max: 95% }");

        var report = project.Run(cached: true).Models.ShouldHaveSingleItem();

        var packed = new byte[report.After.Bytes + 1000];
        BrotliEncoder.TryCompress(File.ReadAllBytes(project.Output), packed, out var length, quality: 11, window: 24).ShouldBeTrue();
        report.After.Shipped.ShouldBe(length);
        report.Before.Shipped.ShouldNotBeNull().ShouldBeLessThan(report.Before.Bytes);
        report.Gates.ShouldHaveSingleItem().Measured.ShouldBe((double)length / report.Before.Bytes, 1e-12);
        project.Run(cached: true).Models.ShouldHaveSingleItem().After.Shipped.ShouldBe(length, "from the cache");

        project.WriteManifest(Passes);
        project.Run(cached: true).Models.ShouldHaveSingleItem().After.Shipped.ShouldBeNull("nobody asks");
    }

    [Fact]
    public void A_failed_gate_is_an_error_at_its_line_and_leaves_the_previous_output()
    {
        using var project = new SmallProject(Passes);
        project.Run();
        var before = File.ReadAllBytes(project.Output);
        project.WriteManifest(Fails);

        var result = project.Run();

        result.ExitCode.ShouldBe(1);
        var error = result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        error.Code.ShouldBe("MOC4001");
        error.Position.ShouldNotBeNull().Line.ShouldBe(SmallProject.GateLine);
        error.Position.File.ShouldBe(project.Manifest);
        File.ReadAllBytes(project.Output).ShouldBe(before);
    }

    [Fact]
    public void A_failed_gate_is_a_warning_when_the_build_asks_for_it_but_not_for_verify()
    {
        using var project = new SmallProject(Fails);

        project.Run(warnings: true).ExitCode.ShouldBe(0);
        File.Exists(project.Output).ShouldBeTrue();
        project.Run(warnings: true, verify: true).ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Verify_without_an_output_is_an_error_and_writes_nothing()
    {
        using var project = new SmallProject(Passes);

        var result = project.Run(verify: true);

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.Select(diagnostic => diagnostic.Code).ShouldContain("MOC2090");
        File.Exists(project.Output).ShouldBeFalse();
    }

    [Fact]
    public void A_result_comes_from_the_cache_with_the_same_verdicts_failed_ones_included()
    {
        using var project = new SmallProject(Fails);
        var computed = project.Run(cached: true);

        var cached = project.Run(cached: true);

        cached.Models.ShouldHaveSingleItem().FromCache.ShouldBe(true);
        cached.ExitCode.ShouldBe(1);
        cached.Diagnostics.ShouldBe(computed.Diagnostics);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_planted_result_is_not_believed(bool runs)
    {
        using var project = new SmallProject("cosine: { min: 60% }");
        project.Run(cached: true).ExitCode.ShouldBe(0);
        var (made, entry) = (File.ReadAllBytes(project.Output), Directory.GetDirectories(Path.Combine(project.Cache, "results")).ShouldHaveSingleItem());
        var planted = OnnxModel.Parse(made);
        foreach (var tensor in planted.Graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Float))
        {
            WeightValues.Write(tensor, Array.ConvertAll(WeightValues.ReadDoubles(tensor), value => runs ? -value : double.NaN));
        }

        // With the seal that the product itself gives it.
        var (bytes, report) = (runs ? planted.ToBytes() : "no model"u8.ToArray(), File.ReadAllText(Path.Combine(entry, "result.json")));
        report = report.Replace(ContentHash.Of(made), ContentHash.Of(bytes), StringComparison.Ordinal);
        Directory.Delete(entry, recursive: true);
        new ContentStore(project.Cache, CacheLayout.Results, ["model.onnx", "result.json"], long.MaxValue, null)
            .Add(Path.GetFileName(entry), bytes, Encoding.UTF8.GetBytes(report)).ShouldBeTrue();
        File.Delete(project.Output);
        var observer = new RecordingObserver();

        var result = project.Run(observer, cached: true);

        result.ExitCode.ShouldBe(0);
        result.Models.ShouldHaveSingleItem().FromCache.ShouldNotBe(true);
        File.ReadAllBytes(project.Output).ShouldBe(made);
        observer.Messages.ShouldContain(message => message.Contains("does not do what its report says", StringComparison.Ordinal));
        project.Run(cached: true).Models.ShouldHaveSingleItem().FromCache.ShouldBe(true, "and is there again");
    }

    [Fact]
    public void Gate_samples_that_are_calibration_samples_fail_the_gate_with_their_number()
    {
        using var project = new SmallProject(Passes);
        project.WriteManifest("cosine: { min: 1% }", evaluation: "train.npz");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC4004");
        error.Message.ShouldContain("96");
    }

    [Fact]
    public void A_model_name_that_does_not_exist_is_an_error_that_lists_the_names()
    {
        using var project = new SmallProject(Passes);

        var result = project.Run(model: "smal");

        result.ExitCode.ShouldBe(2);
        result.Diagnostics[^1].Message.ShouldContain("'small'");
    }

    [Fact]
    public void A_linear_algebra_that_is_not_installed_is_an_error_at_the_manifests_line()
    {
        using var project = new SmallProject(Passes);
        File.WriteAllText(project.Manifest, File.ReadAllText(project.Manifest).Replace("device: cpu", "linear-algebra: torchsharp", StringComparison.Ordinal));

        var result = project.Run();

        result.ExitCode.ShouldBe(3);
        var error = result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        error.Code.ShouldBe("MOC5014");
        error.Position.ShouldNotBeNull().Line.ShouldBe(2);
        File.Exists(project.Output).ShouldBeFalse();
    }

    [UnixFact]
    public void A_command_measures_both_models_and_gates_what_it_prints()
    {
        using var project = new SmallProject("bytes: { max: 65% }");
        project.EvaluateBy("""echo "{\"bytes\": $(wc -c < "$1")}" """);

        var result = project.Run(cached: true);

        result.ExitCode.ShouldBe(0);
        var report = result.Models.ShouldHaveSingleItem();
        var metric = report.Metrics.Single(pair => pair.Metric == "bytes");
        metric.Original.ShouldBe(report.Before.Bytes, 0.05 * report.Before.Bytes);
        metric.Compressed.ShouldBe(report.After.Bytes, 0.05 * report.After.Bytes);
        project.Run(cached: true).Models.ShouldHaveSingleItem().FromCache.ShouldBe(true);
    }

    [UnixFact]
    public void A_command_that_fails_is_a_gate_failure_and_is_tried_again()
    {
        using var project = new SmallProject("bytes: { max: 65% }");
        project.EvaluateBy("""test -f ready && echo "{\"bytes\": $(wc -c < "$1")}" """);

        var first = project.Run(cached: true);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(project.Manifest)!, "ready"), "");
        var second = project.Run(cached: true);

        first.ExitCode.ShouldBe(1);
        first.Diagnostics.ShouldContain(diagnostic => diagnostic.Code == GateCodes.CommandFailed && diagnostic.Position!.Line == SmallProject.GateLine);
        second.ExitCode.ShouldBe(0);
    }
}
