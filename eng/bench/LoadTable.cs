using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Bench;

/// <summary>
/// What it takes to load models with packed weights, each time in a process of its own: a ResNet-50-sized one, and one of 113 million weights.
/// </summary>
internal static class LoadTable
{
    private const int Repetitions = 5;

    private static readonly int[] Pads = [1, 1, 1, 1];

    public static int Run(string widths)
    {
        var newer = ResNet50Graph.Build();
        newer.Proto.OpsetImport[0].Version = 18;
        foreach (var (name, model) in new[] { ("ResNet-50-sized", ResNet50Graph.Build()), ("ResNet-50-sized", newer), ("113 million weights", Deep()) })
        {
            Console.WriteLine($"{name}, opset {model.Opset}");
            Table(model, widths);
        }

        return 0;
    }

    private static void Table(OnnxModel model, string widths)
    {
        Console.WriteLine("| weights | file | processor time to load | peak memory | of float32's | the same, optimisation disabled |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var plain = 0.0;
        foreach (var weights in widths.Split(',').Prepend("float32"))
        {
            using var workspace = new Workspace();
            var path = Path.Combine(workspace.Folder, "model.onnx");
            model.Save(path);
            if (weights != "float32")
            {
                path = workspace.Run($$"""
                    version: 1
                    device: cpu
                    models:
                      model:
                        source: model.onnx
                        calibrate: { random: 1 }
                        compress:
                          - { method: quantize, weights: {{weights}}, rounding: nearest }
                    """).Report.Output!;
            }

            var (time, peak) = Median(path, "default");
            var (plainTime, plainPeak) = Median(path, "disabled");
            plain = plain == 0 ? peak : plain;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {weights} | {new FileInfo(path).Length / 1e6:F1} MB | {time:F2} s | {peak / 1e6:F0} MB | {peak / plain:F2} | "
                        + $"{plainTime:F2} s, {plainPeak / 1e6:F0} MB |"
                )
            );
        }
    }

    // 48 convolutions of 512 channels.
    private static OnnxModel Deep()
    {
        const int Layers = 48;
        const int Channels = 512;
        var graph = new GraphBuilder().Input("x0", [1, Channels, 7, 7]);
        for (var i = 0; i < Layers; i++)
        {
            graph.Conv($"x{i}", $"x{i + 1}", Channels, Channels, [3, 3], attributes: ("pads", Pads));
        }

        return graph.Output($"x{Layers}").Build();
    }

    /// <summary>Loads a model and prints processor seconds and peak bytes of the whole process.</summary>
    public static int Load(string path, string level)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = level == "disabled" ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        using var session = new InferenceSession(path, options);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(process.TotalProcessorTime - before).TotalSeconds} {process.PeakWorkingSet64}"));
        return 0;
    }

    private static (double Seconds, double Peak) Median(string path, string level)
    {
        var readings = Enumerable.Range(0, Repetitions).Select(_ => Read(path, level)).ToList();
        return (
            readings.Select(reading => reading[0]).Order().ElementAt(Repetitions / 2),
            readings.Select(reading => reading[1]).Order().ElementAt(Repetitions / 2)
        );
    }

    private static double[] Read(string path, string level)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var word in new[] { "load", path, level })
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. text.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }
}
