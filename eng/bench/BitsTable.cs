using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>Bits for each layer: within a size beside the same bits for all, and as few as a gate allows, alone and together with ranks.</summary>
internal static class BitsTable
{
    private static readonly Dictionary<string, string> Steps = new()
    {
        ["bits"] = "{ method: quantize, weights: auto, budget: auto }",
        ["cp and bits"] = "{ method: cp, budget: auto }, { method: quantize, weights: auto, budget: auto }",
        ["auto"] = "{ method: auto }",
        ["auto, size"] = "{ method: auto, objective: size }",
        ["auto, macs"] = "{ method: auto, objective: macs }",
        ["auto, latency"] = "{ method: auto, objective: latency }",
        ["tucker too"] = "{ method: cp, storage: stored, budget: auto }, { method: tucker, storage: stored, budget: auto }, { method: quantize, weights: auto, budget: auto }",
        ["auto, healed 300"] = "{ method: auto, heal: { steps: 300 } }",
        ["auto, healed 1000"] = "{ method: auto, heal: { steps: 1000 } }",
    };

    private static readonly string[] Weights =
    [
        "4", "3", "2", "ternary",
        .. new[] { "14.6", "11.6", "10", "8.6" }.Select(size => $"auto, budget: {{ size: {size}% }}"),
    ];

    /// <summary>ResNet-20, 256 unlabelled calibration images.</summary>
    public static int Sizes(string shared)
    {
        var resnet = new ResNet20(shared);
        Console.WriteLine("| weights | file | of the original | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var weights in Weights)
        {
            var (report, profile) = resnet.Measure($"method: quantize, weights: {weights}", "cpu", "1", samples: 256);
            Print(weights, report, profile.TotalSeconds);
        }

        return 0;
    }

    /// <summary>The smallest file, or the fewest shipped bytes, whose gate of a point of top-1 holds at the default confidence.</summary>
    /// <param name="shared">The folder of data.</param>
    /// <param name="network">A part of the network's name; empty for all.</param>
    /// <param name="names">Which steps.</param>
    public static int Searches(string shared, string network, string names)
    {
        Console.WriteLine("| model, steps | bytes | of the original | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var known in AutoCase.All(shared).Where(other => other.Name.Contains(network, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var (name, steps) in names.Split(';').Select(name => (name, Steps[name])))
            {
                // A training wants more to look at than rounding does.
                var samples = steps.Contains("heal", StringComparison.Ordinal) ? 4000 : 512;
                var what = known with { Calibrate = $"{{ dataset: train, samples: {samples} }}" };
                using var workspace = new Workspace();
                var clock = Stopwatch.StartNew();
                var manifest = what.Manifest("budget: auto", 0.01, "95%");
                var start = manifest.IndexOf("compress:", StringComparison.Ordinal);
                var end = manifest.IndexOf("gates:", StringComparison.Ordinal);
                var (report, _) = workspace.Run($"{manifest[..start]}compress: [{steps}]\n    {manifest[end..]}");
                Print($"{what.Name}, {name}, {report.Search!.Candidates.Count} of {report.Search.Predicted} candidates", report, clock.Elapsed.TotalSeconds);
            }
        }

        return 0;
    }

    private static void Print(string what, ModelReport report, double seconds)
    {
        var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
        var search = report.Search!;
        var amount = search.Amount(report.After);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {amount:#,0} | {(double)amount / search.OfOriginal(report.Before):P2} | {top1.Compressed:P2} "
                    + $"(from {top1.Original:P2}) | {seconds:F0} |"
            )
        );
        Console.WriteLine(string.Join("; ", search.Shares.GroupBy(layer => layer.Taken.Split(' ')[0]).Select(kind => $"{kind.Key} {kind.Count()}")));
    }
}
