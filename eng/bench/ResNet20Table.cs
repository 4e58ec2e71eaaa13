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
            foreach (var allocation in new[] { "uniform", "sigma" })
            {
                var removed = own - (long)Math.Floor(share * own);
                var (covariance, seconds) = Measure(data, model, layers, "covariance", $"budget: {{ params: {Total(model) - removed}, allocation: {allocation} }}");
                Print(share, allocation, "covariance", covariance, own, seconds);
                var ranks = string.Join(", ", covariance.Layers.Where(layer => layer.Reason is null)
                    .Select(layer => $"\"{layer.Layer}\": [{string.Join(", ", layer.Ranks)}]"));
                var chosen = layers.Where(layer => covariance.Layers.Any(outcome => outcome.Layer == layer.Name && outcome.Reason is null)).ToList();
                var (frobenius, again) = Measure(data, model, chosen, "frobenius", $"ranks: {{ {ranks} }}");
                Print(share, allocation, "frobenius", frobenius, own, again);
            }
        }

        return 0;
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
        var kept = own - report.Layers.Sum(layer => layer.ParametersBefore - layer.ParametersAfter);
        var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {share:P0} | {allocation} | {norm} | {(double)kept / own:P1} | {(double)report.After.Parameters / report.Before.Parameters:P1} | {top1.Compressed:P2} (from {top1.Original:P2}) | {seconds:F1} |"));
    }
}
