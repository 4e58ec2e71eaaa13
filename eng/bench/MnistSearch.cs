using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>Bisects the size budget of the MNIST CNN for the smallest file whose gate of half a point of top-1 holds.</summary>
internal static class MnistSearch
{
    public static int Run(string shared)
    {
        Console.WriteLine("| gate | size | of the original | top-1 | drop | evaluations |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var confidence in new[] { "none", "95%" })
        {
            var (low, high, evaluations) = (0.0, 1.0, 0);
            ModelReport? best = null;
            while (high - low > 0.002)
            {
                var middle = (low + high) / 2;
                var report = Try(shared, middle, confidence);
                evaluations++;
                if (report is { Gates: [{ Outcome: GateOutcome.Passed }] })
                {
                    (best, high) = (report, middle);
                }
                else
                {
                    low = middle;
                }
            }

            var top1 = best!.Metrics.Single(metric => metric.Metric == "top1");
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| max-drop 0.5 %, confidence {confidence} | {best.After.Bytes:N0} B | {(double)best.After.Bytes / best.Before.Bytes:P1} | "
                        + $"{top1.Compressed:P2} (from {top1.Original:P2}) | {top1.Original - top1.Compressed:P2} | {evaluations} |"
                )
            );
        }

        return 0;
    }

    // A budget below what is possible is an error of the run; for the search it is a candidate that fails.
    private static ModelReport? Try(string shared, double size, string confidence)
    {
        using var workspace = new Workspace();
        try
        {
            return workspace.Run(BurnNetwork.Manifest(
                shared,
                samples: 1024,
                string.Create(CultureInfo.InvariantCulture, $"compress: [{{ method: tucker, budget: {{ size: {100 * size:F3}% }} }}]"),
                $"gates: [top1: {{ max-drop: 0.5%, confidence: {confidence} }}]")).Report;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
