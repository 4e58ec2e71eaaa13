using System.Globalization;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Bench;

/// <summary>nn-bcd on a trained dense MNIST network: size against accuracy, beside the same compression without training at the same size.</summary>
internal static class DenseNetworkTable
{
    private static readonly (string Name, string Options)[] Ways =
    [
        ("as it is, without sweeps", "sweeps: 0"),
        ("layer by layer", "mode: layer, sweeps: 100"),
        ("network", "sweeps: 100"),
    ];

    public static int Run(string shared)
    {
        var data = MnistData.Folder(shared);
        Console.WriteLine("| layers | way | file | of the original | top-1 | drop | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var goal in new[] { "rank: 8", "rank: 16", "rank: 24", "rank: 32", "sparsity: 90%", "sparsity: 95%", "sparsity: 97%", "sparsity: 98%" })
        {
            foreach (var (name, options) in Ways)
            {
                var (report, seconds) = Measure(data, $"{goal}, {options}");
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {goal} | {name} | {report.After.Bytes:N0} B | {(double)report.After.Bytes / report.Before.Bytes:P1} | {top1.Compressed:P2} (from "
                            + $"{top1.Original:P2}) | {top1.Original - top1.Compressed:P2} | {seconds:F0} |"
                    )
                );
            }
        }

        return 0;
    }

    private static (ModelReport Report, double Seconds) Measure(string data, string step)
    {
        var model = Path.Combine(data, "mnist_fc_256x6.onnx");
        var input = OnnxModel.Load(model).Graph.Input[0].Name;
        var hidden = string.Join(", ", Onnx.Layers.LayerFinder.Find(OnnxModel.Load(model)).SkipLast(1).Select(layer => $"\"{layer.Name}\""));
        using var workspace = new Workspace();
        var (report, profile) = workspace.Run($$"""
            version: 1
            device: cpu
            {{MnistData.Datasets(data, input, "scale: 1/255, shape: [784, 1]")}}
            models:
              mnist:
                source: {{model}}
                calibrate: { dataset: train, samples: 6000 }
                evaluate: { dataset: test, metrics: [top1] }
                compress:
                  - { method: nn-bcd, layers: [{{hidden}}], {{step}} }
            """);
        return (report, profile.TotalSeconds);
    }
}
