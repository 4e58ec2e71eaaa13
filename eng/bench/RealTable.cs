using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Bench;

/// <summary>What <c>init</c> and <c>compress</c> make of models that people ship, without data, each in a process of its own.</summary>
internal static class RealTable
{
    // Smaller constants are no weights to speak of.
    private const int FewNumbers = 256;

    public static int Run(string shared)
    {
        Console.WriteLine("| file | floats of it | of them by bits | of them by ranks | ends with | file left | error | cosine | peak | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var model in Directory.EnumerateFiles(Path.Combine(shared, "data", "real"), "*.onnx").Order(StringComparer.Ordinal))
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["real-model", model]) { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var row = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            Console.WriteLine(row.Length > 0 ? row : $"| {Path.GetFileName(model)} | the process ended with {process.ExitCode} |");
        }

        return 0;
    }

    /// <summary>Prints the row of one model.</summary>
    public static int Model(string path)
    {
        using var workspace = new Workspace();
        var copy = Path.Combine(workspace.Folder, Path.GetFileName(path));
        File.Copy(path, copy);
        var (floats, bits, ranks) = Reach(ModelInspector.Load(copy));
        var clock = Stopwatch.StartNew();
        var (ends, report) = Compressed(workspace.Folder, copy);
        using var self = Process.GetCurrentProcess();
        var worst = report?.OutputErrors?.Worst;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| `{Path.GetFileName(path)}` | {floats / (double)new FileInfo(path).Length:P0} | {bits / (double)floats:P0} | {ranks / (double)floats:P0} | {ends} | "
                + $"{(report is null ? "" : $"{report.After.Bytes / (double)report.Before.Bytes:P0}")} | {worst?.RelativeError:0.0000} | {worst?.Cosine:0.00000} | "
                + $"{self.PeakWorkingSet64 / 1e6:F0} MB | {clock.Elapsed.TotalSeconds:F0} |"));
        return 0;
    }

    private static (string Ends, Pipeline.Results.ModelReport? Report) Compressed(string folder, string model)
    {
        try
        {
            Initializer.Run(new InitRequest { Directory = folder, Model = model }, CancellationToken.None);
        }
        catch (DiagnosticException exception)
        {
            return ($"init: {exception.Diagnostic.Code}", null);
        }

        var options = new RunOptions { ManifestPath = Path.Combine(folder, "modelopt.yaml"), OutputDirectory = Path.Combine(folder, "out") };
        var result = CompressionRunner.Run(options, new Profile(), CancellationToken.None);
        var codes = result.Diagnostics.Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Note).Select(diagnostic => diagnostic.Code).Distinct();
        var report = result.Models is [var only] ? only : null;
        return (string.Join(", ", new[] { report?.Verdict ?? "no result" }.Concat(codes)), report);
    }

    // Bytes of all floating-point tensors that count, and of those that a method can take, wherever in the file they are.
    private static (long Floats, long Bits, long Ranks) Reach(Onnx.OnnxModel model)
    {
        var all = GraphWalk.Graphs(model.Proto)
            .SelectMany(graph => graph.Initializer.Select(tensor => (tensor.Name, Tensor: tensor))
                .Concat(graph.Node.Where(node => node.OpType == "Constant" && node.Output.Count == 1)
                    .Select(node => (Name: node.Output[0], Tensor: node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T!))))
            .Where(pair => pair.Tensor is not null && ElementTypes.IsFloat(pair.Tensor.DataType) && ElementTypes.Count(pair.Tensor.Dims) >= FewNumbers)
            .DistinctBy(pair => pair.Name)
            .ToDictionary(pair => pair.Name, pair => ElementTypes.ByteLength(pair.Tensor) ?? 0, StringComparer.Ordinal);
        long Sum(IEnumerable<string> names) => names.Distinct(StringComparer.Ordinal).Sum(name => all.GetValueOrDefault(name));
        return (
            Math.Max(1, all.Values.Sum()),
            Sum(StorableWeights.Find(model).Select(layer => layer.Weight)),
            Sum(LayerFinder.FindAll(model).Where(layer => layer.Obstacle is null).Select(layer => layer.Weight)));
    }
}
