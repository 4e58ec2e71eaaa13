using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 compressed in all layers, each fitted alone or to make up for those before it: parameters, bytes and accuracy.</summary>
internal static class FitTable
{
    /// <param name="shared">The folder with the data.</param>
    /// <param name="pipelines">Steps in flow style, those of one pipeline with <c>+</c> between them, pipelines with <c>;</c>.</param>
    /// <param name="samples">Calibration images.</param>
    /// <param name="seed">The seed.</param>
    public static int Run(string shared, string pipelines, string samples, string seed)
    {
        var resnet = new ResNet20(shared);
        var count = int.Parse(samples, CultureInfo.InvariantCulture);
        // The curves of a method are the same for all rows.
        using var kept = new Workspace();
        Console.WriteLine("| steps | fit | parameters | file | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var pipeline in pipelines.Split(';', StringSplitOptions.TrimEntries))
        {
            foreach (var fit in new[] { "independent", "sequential" })
            {
                using var workspace = new Workspace();
                var steps = pipeline.Split('+', StringSplitOptions.TrimEntries).Select(step => $"{{ method: {step}, fit: {fit} }}");
                var manifest = resnet.Manifest("cpu", seed, count, string.Join("\n      - ", steps));
                var (report, profile) = workspace.Run(manifest, kept.Folder);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {pipeline} | {fit} | {(double)report.After.Parameters / report.Before.Parameters:P1} "
                        + $"| {(double)report.After.Bytes / report.Before.Bytes:P1} "
                        + $"| {top1.Compressed:P2} (from {top1.Original:P2}) | {profile.TotalSeconds:F0} |"));
            }
        }

        return 0;
    }
}
