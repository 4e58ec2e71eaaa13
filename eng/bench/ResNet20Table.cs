using System.Globalization;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 on CIFAR-10: accuracy by budget, allocation and norm, the same ranks for both norms.</summary>
internal static class ResNet20Table
{
    public static int Run(string shared)
    {
        var data = Path.GetFullPath(Path.Combine(shared, "data", "cifar10"));
        var model = Path.Combine(data, "cifar_resnet20_akamaster.onnx");
        var layers = LayerFinder.Find(OnnxModel.Load(model))
            .Where(layer => layer.Window is { Taps: 9 })
            .Skip(1)
            .ToList();
        var own = layers.Sum(layer => layer.WeightCount);

        Console.WriteLine("| budget of those layers | allocation | norm | kept of those layers | kept of the model | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var share in new[] { 0.75, 0.60, 0.50, 0.40 })
        {
            var budget = Total(model) - (own - (long)Math.Floor(share * own));
            (string Allocation, string Goal)[] goals =
            [
                ("own share", $"ranks: {{ {string.Join(", ", layers.Select(layer => $"\"{layer.Name}\": {OwnShare(layer, share)}"))} }}"),
                ("uniform", $"budget: {{ params: {budget}, allocation: uniform }}"),
                ("sigma", $"budget: {{ params: {budget}, allocation: sigma }}"),
            ];
            foreach (var (allocation, goal) in goals)
            {
                var (covariance, seconds) = Measure(data, model, layers, "covariance", goal);
                Print(share, allocation, "covariance", covariance, own, seconds);
                var compressed = covariance.Steps[0].Layers.Where(layer => layer.Reason is null).ToList();
                var ranks = string.Join(", ", compressed.Select(layer => $"\"{layer.Layer}\": [{string.Join(", ", layer.Ranks)}]"));
                var chosen = layers.Where(layer => compressed.Any(outcome => outcome.Layer == layer.Name)).ToList();
                var (frobenius, again) = Measure(data, model, chosen, "frobenius", $"ranks: {{ {ranks} }}");
                Print(share, allocation, "frobenius", frobenius, own, again);
            }
        }

        return 0;
    }

    // The largest equal share of a layer's own channels that fits the layer's own budget: what the published comparison does.
    private static string OwnShare(WeightLayer layer, double share)
    {
        var (outputs, inputs, taps) = (layer.OutputChannels, layer.InputChannels, layer.Window!.Taps);
        var (outputRank, inputRank) = (1, 1);
        for (var step = 1; step <= 1000; step++)
        {
            var (t, s) = (Math.Max(1, outputs * step / 1000), Math.Max(1, inputs * step / 1000));
            if ((inputs * s) + (s * t * taps) + (t * outputs) <= share * layer.WeightCount)
            {
                (outputRank, inputRank) = (t, s);
            }
        }

        return $"[{outputRank}, {inputRank}]";
    }

    private static long Total(string model) => Onnx.Statistics.ModelStatistics.Parameters(OnnxModel.Load(model));

    private static (ModelReport Report, double Seconds) Measure(string data, string model, IReadOnlyList<WeightLayer> layers, string norm, string goal)
    {
        using var workspace = new Workspace();
        var (report, profile) = workspace.Run($$"""
            version: 1
            device: cpu
            datasets:
              train:
                path: {{data}}/train-4000.npz
                inputs: { "{{InputName(model)}}": images }
                labels: labels
                preprocess: { scale: 1/255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
              test:
                path: {{data}}/test-5000-jpeg.npz
                inputs: { "{{InputName(model)}}": images }
                labels: labels
                preprocess: { scale: 1/255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
            models:
              resnet20:
                source: {{model}}
                calibrate: { dataset: train, samples: 512 }
                evaluate: { dataset: test, metrics: [top1] }
                compress:
                  - method: tucker
                    norm: {{norm}}
                    layers: [{{string.Join(", ", layers.Select(layer => $"\"{layer.Name}\""))}}]
                    {{goal}}
            """);
        return (report, profile.TotalSeconds);
    }

    private static string InputName(string model) => OnnxModel.Load(model).Graph.Input[0].Name;

    private static void Print(double share, string allocation, string norm, ModelReport report, long own, double seconds)
    {
        // Layers that were left alone keep all they had.
        var kept = own - report.Steps[0].Layers.Sum(layer => layer.ParametersBefore - layer.ParametersAfter);
        var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {share:P0} | {allocation} | {norm} | {(double)kept / own:P1} | {(double)report.After.Parameters / report.Before.Parameters:P1} | {top1.Compressed:P2} (from {top1.Original:P2}) | {seconds:F1} |"));
    }
}
