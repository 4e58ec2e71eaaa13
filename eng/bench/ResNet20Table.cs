using System.Globalization;
using ModelOptimizer.Onnx.Layers;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 on CIFAR-10: accuracy by budget, allocation and norm, the same ranks for both norms.</summary>
internal static class ResNet20Table
{
    public static int Run(string shared)
    {
        var resnet = new ResNet20(shared);
        var (layers, own) = (resnet.Layers, resnet.Own);

        Console.WriteLine("| budget of those layers | allocation | norm | kept of those layers | kept of the model | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var share in new[] { 0.75, 0.60, 0.50, 0.40 })
        {
            var budget = resnet.Budget(share);
            (string Allocation, string Goal)[] goals =
            [
                ("own share", $"ranks: {{ {string.Join(", ", layers.Select(layer => $"\"{layer.Name}\": {OwnShare(layer, share)}"))} }}"),
                ("uniform", $"budget: {{ params: {budget}, allocation: uniform }}"),
                ("sigma", $"budget: {{ params: {budget}, allocation: sigma }}"),
            ];
            foreach (var (allocation, goal) in goals)
            {
                var (covariance, seconds) = resnet.Measure("tucker, norm: covariance", layers, goal);
                Print(share, allocation, "covariance", covariance, own, seconds);
                var compressed = covariance.Steps[0].Layers.Where(layer => layer.SkipReason is null).ToList();
                var ranks = string.Join(", ", compressed.Select(layer => $"\"{layer.Layer}\": [{string.Join(", ", layer.Ranks)}]"));
                var chosen = layers.Where(layer => compressed.Any(outcome => outcome.Layer == layer.Name)).ToList();
                var (frobenius, again) = resnet.Measure("tucker, norm: frobenius", chosen, $"ranks: {{ {ranks} }}");
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

    private static void Print(double share, string allocation, string norm, ModelReport report, long own, double seconds)
    {
        // Layers that were left alone keep all they had.
        var kept = own - report.Steps[0].Layers.Sum(layer => layer.ParametersBefore - layer.ParametersAfter);
        var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {share:P0} | {allocation} | {norm} | {(double)kept / own:P1} | {(double)report.After.Parameters / report.Before.Parameters:P1} | "
                    + $"{top1.Compressed:P2} (from {top1.Original:P2}) | {seconds:F1} |"
            )
        );
    }
}
