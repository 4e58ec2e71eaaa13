using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Bench;

/// <summary>What steps say that they take, and the peak of the process that does them, each in a process of its own.</summary>
internal static class MemoryTable
{
    private const string Halved = "method: tucker, budget: { size: 50% }";

    private static readonly (string Model, string Step, string? Memory)[] Rows =
    [
        ("resnet50", Halved, null),
        ("resnet50", Halved, "3 GB"),
        ("resnet50", "method: quantize, weights: 4", null),
        ("resnet50", "method: quantize, weights: 4", "3 GB"),
        ("resnet50", "method: quantize, rate: 2", null),
        ("patches", "method: cp, budget: { params: 50% }", null),
        ("head", Halved, null),
        ("head", "method: quantize, weights: 4", null),
        ("resnet20", Halved, null),
        ("resnet20", "method: cp, budget: { params: 50% }", null),
        ("resnet20", "method: quantize, weights: 4", null),
        ("resnet20", "method: quantize, rate: 2", null),
    ];

    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="rows">Numbers of rows, from 1, with commas between them; empty for all.</param>
    public static int Run(string shared, string rows)
    {
        Console.WriteLine("| model | step | `memory` | forecast | peak | of the peak | processor time |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var row in rows.Length > 0 ? rows.Split(',') : [.. Enumerable.Range(1, Rows.Length).Select(row => $"{row}")])
        {
            // Built here, so that what building takes does not count.
            using var workspace = new Workspace();
            var source = Path.Combine(workspace.Folder, "model.onnx");
            Save(Rows[int.Parse(row, CultureInfo.InvariantCulture) - 1].Model, shared, source);
            var (text, exitCode) = OwnProcess.Run("memory-row", source, row);
            Console.WriteLine(text.Length > 0 ? text : $"| row {row} | the process ended with {exitCode} |");
        }

        return 0;
    }

    /// <summary>Prints one row.</summary>
    /// <param name="source">The model's file.</param>
    /// <param name="row">Its number.</param>
    public static int Row(string source, string row)
    {
        var (model, step, memory) = Rows[int.Parse(row, CultureInfo.InvariantCulture) - 1];
        using var workspace = new Workspace();
        var manifest = $$"""
            version: 1
            {{(memory is null ? "" : $"memory: {memory}")}}
            models:
              model:
                source: {{source}}
                calibrate: { random: 64 }
                compress:
                  - { {{step}} }
            """;
        var forecast = Forecast(workspace, manifest);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model}: {step}, {memory}: {forecast / 1e9:F2} GB"));
        var ends = "";
        try
        {
            workspace.Run(manifest);
        }
        catch (InvalidOperationException refused)
        {
            ends = $" {refused.Message}";
        }

        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {model} | `{step}` | {memory} | {forecast / 1e9:F2} GB | {self.PeakWorkingSet64 / 1e9:F2} GB | {forecast / (double)self.PeakWorkingSet64:P0} | "
                + $"{self.TotalProcessorTime.TotalSeconds:F0} s |{ends}"));
        return 0;
    }

    private static void Save(string model, string shared, string path)
    {
        if (model == "resnet20")
        {
            File.Copy(new ResNet20(shared).Source, path);
        }
        else
        {
            (model switch { "patches" => PatchGraph.Build(), "head" => PatchGraph.Head(), _ => ResNet50Graph.Build() }).Save(path);
        }
    }

    private static long Forecast(Workspace workspace, string manifest)
    {
        var path = Path.Combine(workspace.Folder, "forecast.yaml");
        File.WriteAllText(path, manifest);
        var plan = ManifestReader.Read(path);
        WorkingMemory.Promise(plan.Memory);
        using var engine = new Engine(DeviceSelector.Select(DeviceCatalogue.Cpu));
        var job = new JobContext(plan, plan.Models[0], engine, new Progress<MethodProgress>(), _ => { }, CancellationToken.None);
        var original = PreparedModel.Of(OnnxModel.Load(plan.Models[0].Source), plan.Models[0]).Model;
        return new ModelCompressor(job, original).Prepare(new CompressedModel(original, []), 0).Plan.PeakBytes;
    }
}
