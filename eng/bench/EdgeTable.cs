using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Bench;

/// <summary>quantize at 4 bits, nearest, on every awkward file: smaller and valid, or one error with a code.</summary>
internal static class EdgeTable
{
    public static int Run(string folder)
    {
        var wrong = 0;
        Console.WriteLine("| file | bytes | after |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var source in Directory.EnumerateFiles(Path.GetFullPath(folder), "*.onnx").Order(StringComparer.Ordinal))
        {
            using var workspace = new Workspace();
            var manifest = Path.Combine(workspace.Folder, "modelopt.yaml");
            File.WriteAllText(manifest, $$"""
                version: 1
                device: cpu
                models:
                  model:
                    source: {{source}}
                    compress:
                      - { method: quantize, weights: 4, rounding: nearest }
                """);
            var profile = new Profile();
            var options = new RunOptions { ManifestPath = manifest, OutputDirectory = Path.Combine(workspace.Folder, "out") };
            var result = CompressionRunner.Run(options, profile, CancellationToken.None);
            var before = new FileInfo(source).Length;
            var errors = result.Diagnostics.Where(diagnostic => diagnostic.Severity == ModelOptimizer.Diagnostics.DiagnosticSeverity.Error).ToList();
            string after;
            bool good;
            if (result.Models is [{ Output: { } output }])
            {
                var problems = OnnxValidator.Check(OnnxModel.Load(output));
                good = new FileInfo(output).Length < before && problems.Count == 0 && errors.Count == 0;
                var found = string.Concat(problems.Select(problem => $"; {problem}"));
                after = string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(output).Length:#,0}{found}");
            }
            else
            {
                good = errors.Count == 1;
                after = string.Join("; ", errors.Select(error => error.Code));
            }

            wrong += good ? 0 : 1;
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {Path.GetFileName(source)} | {before:#,0} | {after}{(good ? "" : " **wrong**")} |"));
        }

        return wrong == 0 ? 0 : 1;
    }
}
