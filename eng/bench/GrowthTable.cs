using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Writing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>
/// How processor time and memory of a step grow with layers, channels and samples: a chain of 3×3 convolutions on 28×28 images, each run in a process of its
/// own.
/// </summary>
internal static class GrowthTable
{
    private const int Layers = 4;
    private const int Channels = 32;
    private const int Samples = 64;
    private const int Extent = 28;

    private static readonly int[] Factors = [1, 2, 4, 8];

    /// <param name="steps">Steps such as <c>method: quantize, weights: 4</c>, with <c>;</c> between them.</param>
    public static int Run(string steps)
    {
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries))
        {
            Console.WriteLine($"`{step}`: processor time and peak memory");
            Console.WriteLine();
            Console.WriteLine($"| times as many | {string.Join(" | ", Factors)} | exponent of the time | of the memory beyond the least |");
            Console.WriteLine($"| --- | {string.Join(" | ", Factors.Select(_ => "---"))} | --- | --- |");
            // What the process takes for next to no work.
            var least = Measure(step, 1, 4, 8).Bytes;
            foreach (var (name, sizes) in new (string, Func<int, (int Layers, int Channels, int Samples)>)[]
            {
                ("layers", factor => (Layers * factor, Channels, Samples)),
                ("channels", factor => (Layers, Channels * factor, Samples)),
                ("samples", factor => (Layers, Channels, Samples * factor)),
            })
            {
                var runs = Factors.Select(sizes).Select(size => Measure(step, size.Layers, size.Channels, size.Samples)).ToList();
                var cells = runs.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Seconds:F1} s, {run.Bytes / 1e9:F2} GB"));
                var (time, memory) = (Slope(runs.Select(run => run.Seconds)), Slope(runs.Select(run => run.Bytes - least)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", cells)} | {time:F2} | {memory:F2} |"));
            }

            Console.WriteLine();
        }

        return 0;
    }

    /// <summary>Runs a step and prints processor seconds and peak bytes.</summary>
    public static int Row(string model, string samples, string step)
    {
        using var workspace = new Workspace();
        workspace.Run($$"""
            version: 1
            models:
              model:
                source: {{model}}
                calibrate: { random: {{samples}} }
                compress:
                  - { {{step}} }
            """);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(FormattableString.Invariant($"{self.TotalProcessorTime.TotalSeconds} {self.PeakWorkingSet64}"));
        return 0;
    }

    private static (double Seconds, double Bytes) Measure(string step, int layers, int channels, int samples)
    {
        using var workspace = new Workspace();
        var source = Path.Combine(workspace.Folder, "chain.onnx");
        Build(layers, channels).Save(source);
        var (output, _) = OwnProcess.Run("growth-row", source, $"{samples}", step);
        var numbers = output.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToList();
        return (numbers[0], numbers[1]);
    }

    // Of the last two doublings, where what any run takes matters least.
    private static double Slope(IEnumerable<double> values)
    {
        var last = values.TakeLast(3).ToList();
        return Math.Log2(last[2] / last[0]) / 2;
    }

    private static OnnxModel Build(int layers, int channels)
    {
        var graph = new GraphWriter();
        graph.Input("image", DataType.Float, -1, 3, Extent, Extent);
        var normal = new NormalNumbers();
        string Weight(params long[] shape)
        {
            var deviation = Math.Sqrt(2.0 * shape[0] / shape.Aggregate(1L, (product, extent) => product * extent));
            return graph.Numbers("weight", normal.Draw(deviation, shape), shape);
        }

        var (x, read) = ("image", 3);
        for (var layer = 0; layer < layers; layer++, read = channels)
        {
            x = graph.Node("Relu", [graph.Node("Conv", [x, Weight(channels, read, 3, 3)], GraphWriter.Attribute("pads", 1, 1, 1, 1))]);
        }

        graph.NodeTo("y", "MatMul", [graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x])]), Weight(channels, 10)]);
        graph.Output("y", DataType.Float, -1, 10);
        return graph.Build();
    }
}
