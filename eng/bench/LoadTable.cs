using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Bench;

/// <summary>What it takes to load a ResNet-50-sized model with packed weights, each time in a process of its own.</summary>
internal static class LoadTable
{
    private const int Repetitions = 5;

    public static int Run()
    {
        Console.WriteLine("| weights | file | processor time to load | peak memory | the same, optimisation disabled | quantize |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var weights in new[] { "", "fp16", "8", "4", "3", "2" })
        {
            using var workspace = new Workspace();
            var path = Path.Combine(workspace.Folder, "resnet50.onnx");
            ResNet50Graph.Build().Save(path);
            var (seconds, rounding) = (0.0, "");
            if (weights.Length > 0)
            {
                var (report, profile) = workspace.Run($$"""
                    version: 1
                    device: cpu
                    models:
                      resnet50:
                        source: resnet50.onnx
                        calibrate: { random: {{(weights == "4" ? 64 : 1)}} }
                        compress:
                          - { method: quantize, weights: {{weights}}, rounding: {{(weights == "4" ? "gptq" : "nearest")}} }
                    """);
                seconds = profile.TotalSeconds;
                rounding = weights == "4" ? $", moments {profile.Entries.First(entry => entry.Activity == "second moments").Seconds:F0} s" : ", nearest";
                path = report.Output!;
            }

            var (time, peak) = Median(path, "default");
            var (plainTime, plainPeak) = Median(path, "disabled");
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {(weights.Length == 0 ? "float32" : weights)} | {new FileInfo(path).Length / 1e6:F1} MB | {time:F2} s | {peak / 1e6:F0} MB | "
                        + $"{plainTime:F2} s, {plainPeak / 1e6:F0} MB | {seconds:F0} s{rounding} |"
                )
            );
        }

        return 0;
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
