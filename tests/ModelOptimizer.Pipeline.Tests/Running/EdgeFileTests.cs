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
