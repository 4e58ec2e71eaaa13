using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>CP against Tucker on ResNet-20 with the same parameters: accuracy, multiply-adds and time.</summary>
internal static class CpTable
{
    private static readonly TimeSpan PerModel = TimeSpan.FromSeconds(5);

    public static int Run(string shared)
    {
        var resnet = new ResNet20(shared);
        // The curves of a method are the same for all budgets.
        using var kept = new Workspace();
        Console.WriteLine("| budget | method | kept of the model | multiply-adds | time of one image | its 95 % interval | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var method in new[] { "cp, ways: 4", "cp, ways: 3", "tucker" })
        {
            foreach (var share in new[] { 0.75, 0.60, 0.50, 0.40 })
            {
                LatencyResult? latency = null;
                var (report, seconds) = resnet.Measure(
                    method,
                    resnet.Layers,
                    $"budget: {{ params: {resnet.Budget(share)} }}",
                    output => latency = Time(resnet.Source, output),
                    kept.Folder
                );
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {share:P0} | {method} | {(double)report.After.Parameters / report.Before.Parameters:P1} | "
                            + $"{(double)report.After.Macs!.Value / report.Before.Macs!.Value:P1} | {latency!.Ratio:P0} | {latency.Lower:P0} to "
                            + $"{latency.Upper:P0} | {top1.Compressed:P2} (from {top1.Original:P2}) | {seconds:F0} |"
                    )
                );
            }
        }

        return 0;
    }

    /// <summary>The time of one image, all cores.</summary>
    public static LatencyResult Time(string original, string compressed)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var before = engine.CreateSession(OnnxModel.Load(original));
        using var after = engine.CreateSession(OnnxModel.Load(compressed));
        var random = new Random(1);
        var image = HostTensor.From<float>(DataType.Float, [1, 3, 32, 32], [.. Enumerable.Range(0, 3 * 32 * 32).Select(_ => (float)random.NextDouble())]);
        var inputs = new Dictionary<string, HostTensor> { [before.Inputs[0].Name] = image };
        return LatencyMeter.Measure(new SessionLatencyProbe(before, after, inputs), PerModel);
    }
}
