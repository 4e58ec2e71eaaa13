using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>nn-bcd trains the published MNIST network from scratch, its large layers as tensor trains.</summary>
internal static class DigitTraining
{
    public static int Run(string shared, string rank, string sweeps, string device)
    {
        var data = MnistData.Folder(shared);
        using var workspace = new Workspace();
        DigitNetwork.Build().Save(Path.Combine(workspace.Folder, "digits.onnx"));
        var (report, profile) = workspace.Run($$"""
            version: 1
            device: {{device}}
            {{MnistData.Datasets(data, "image", "scale: 1/255")}}
            models:
              digits:
                source: digits.onnx
                calibrate: { dataset: train, samples: 6000 }
                evaluate: { dataset: test, metrics: [top1] }
                compress:
                  - method: nn-bcd
                    start: normal
                    gamma: 5
                    rho: 5
                    tau: 0.1
                    alpha: 1
                    rank: {{rank}}
                    modes: { fc1: [26, 26, 4, 4, 4, 4, 4, 2, 2, 2], fc2: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4] }
                    sweeps: {{sweeps}}
                    tolerance: 0
            """);
        var step = report.Steps[0];
        var objective = step.Series.First(series => series.Name == "F").Points;
        var inSweeps = profile.Entries.Where(entry => entry.Activity == "sweeps").Sum(entry => entry.Seconds);
        var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
        Console.WriteLine("| rank | kept of fc1 and fc2 | sweeps | s a sweep | F at the start and end | rises of F | top-1 on 10,000 | file |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {rank} | {step.Layers.Where(layer => layer.Ranks.Count > 0).Sum(layer => layer.ParametersAfter) / (1024.0 * (5408 + 1024)):P2} | {sweeps} "
                    + $"| {inSweeps / int.Parse(sweeps, CultureInfo.InvariantCulture):F2} | {objective[0].Y:G5} → {objective[^1].Y:G5} | "
                    + $"{step.Certificates[0].Value} | {top1.Compressed:P2} | {report.Before.Bytes / 1e6:F2} MB → {report.After.Bytes / 1e6:F2} MB |"
            )
        );
        return 0;
    }
}
