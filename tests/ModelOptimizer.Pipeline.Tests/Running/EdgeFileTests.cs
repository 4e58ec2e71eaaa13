using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Small awkward and hostile files through the whole pipeline.</summary>
public class EdgeFileTests
{
    [SharedDataFact]
    public void Every_edge_file_compresses_to_a_valid_model_or_ends_with_one_coded_error_and_writes_nothing()
    {
        string[] steps = ["tucker, ranks: 50%", "quantize, weights: 3", "quantize, weights: 8, rounding: nearest"];
        var complaints = SharedData.Models("edge").SelectMany(file => steps.SelectMany(step => Complaints(file, step))).ToList();
        complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tucker, ranks: 2")]
    [InlineData("cp, ranks: 2")]
    [InlineData("quantize, weights: 4")]
    [InlineData("nn-bcd, mode: layer, rank: 2")]
    public void A_model_of_which_only_a_part_runs_is_one_error(string step)
    {
        using var folder = new TempFolder();
        // Each layer runs on features of its own number, and never both: the input of one can be measured all the same.
        new GraphBuilder().Input("x", [-1, -1]).MatMul("x", "a", 16, 8).MatMul("x", "b", 16, 9).Output("a").Output("b").Build().Save(folder["m.onnx"]);
        File.WriteAllText(folder["modelopt.yaml"], $$"""
            version: 1
            device: cpu
            models: { m: { source: m.onnx, calibrate: { random: 4 }, compress: [{ method: {{step}} }] } }
            """);

        var result = CompressionRunner.Run(new RunOptions { ManifestPath = folder["modelopt.yaml"] }, new RecordingObserver(), CancellationToken.None);

        result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe("MOC3017");
    }

    [Fact]
    public void What_cannot_be_trained_is_said_before_the_steps_in_front_of_the_training()
    {
        using var folder = new TempFolder();
        new GraphBuilder(14).Input("x", [-1, 16]).Gemm("x", "h", 32, 16).Integers("axis", [], 1).Node("CumSum", ["h", "axis"], ["s"]).Gemm("s", "y", 10, 32).Output("y")
            .Build().Save(folder["m.onnx"]);
        File.WriteAllText(folder["modelopt.yaml"], """
            version: 1
            device: cpu
            models: { m: { source: m.onnx, calibrate: { random: 32 }, compress: [{ method: tucker, ranks: 50% }, { method: distill, steps: 2 }] } }
            """);
        var observer = new RecordingObserver();

        var result = CompressionRunner.Run(new RunOptions { ManifestPath = folder["modelopt.yaml"] }, observer, CancellationToken.None);

        var error = result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        (error.Code, error.Message.Contains("no gradient is known for the operator CumSum", StringComparison.Ordinal)).ShouldBe(("MOC2305", true));
        observer.Activities.ShouldNotContain("second moments");
    }

    [Theory]
    [InlineData("distill, student: m.onnx, steps: 2, batch: 4")]
    [InlineData("opdf, epochs: 1, batch: 4")]
    public void An_output_need_not_say_what_it_is(string step)
    {
        using var folder = new TempFolder();
        var builder = new GraphBuilder().Input("x", [-1, 16]).Gemm("x", "h", 32, 16).Node("Relu", ["h"], ["r"]).Gemm("r", "y", 10, 32).Output("y");
        builder.Proto.Graph.Output[0].Type = null;
        builder.Build().Save(folder["m.onnx"]);
        File.WriteAllText(folder["modelopt.yaml"], $$"""
            version: 1
            device: cpu
            models: { m: { source: m.onnx, calibrate: { random: 8 }, compress: [{ method: {{step}} }] } }
            """);

        var result = CompressionRunner.Run(new RunOptions { ManifestPath = folder["modelopt.yaml"] }, new RecordingObserver(), CancellationToken.None);

        result.Diagnostics.ShouldNotContain(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }

    private static IEnumerable<string> Complaints(string file, string step)
    {
        using var folder = new TempFolder();
        var manifest = Path.Combine(folder.Path, "modelopt.yaml");
        File.WriteAllText(manifest, $$"""
            version: 1
            device: cpu
            models:
              edge:
                source: {{SharedData.Path(file)}}
                calibrate: { random: 4 }
                compress:
                  - { method: {{step}}, layers: ["*"] }
            """);
        var observer = new RecordingObserver();
        var output = Path.Combine(folder.Path, "out");
        var result = CompressionRunner.Run(new RunOptions { ManifestPath = manifest, OutputDirectory = output }, observer, CancellationToken.None);
        var errors = result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        if (result.ExitCode == 0)
        {
            if (errors.Count > 0 || result.Models is not [{ Output: { } written }])
            {
                yield return $"{file}, {step}: passed with {errors.Count} errors and no output";
                yield break;
            }

            using var engine = new Engine(DeviceSelector.Select("cpu"));
            engine.CreateSession(OnnxModel.Load(written)).Dispose();
            if (new FileInfo(written).Length > new FileInfo(SharedData.Path(file)).Length)
            {
                yield return $"{file}, {step}: the output is larger";
            }

            yield break;
        }

        if (errors is not [{ Code: [.., _, _, _, _] code }] || code.StartsWith("MOC9", StringComparison.Ordinal))
        {
            yield return $"{file}, {step}: {string.Join(" | ", errors)}";
        }

        if (Directory.Exists(output))
        {
            yield return $"{file}, {step}: something was written";
        }
    }
}
