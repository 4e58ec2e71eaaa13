using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>The MNIST network's head of two Gemms replaced by convex students, and by low-rank factors of as many weights.</summary>
internal static class HeadTable
{
    private static readonly (string What, int Samples, string Steps)[] Arms =
    [
        ("`width: 1, penalty: 5%`", 512, "{ method: convex-distillation, block: head, width: 1, penalty: 5% }"),
        ("`width: 1, penalty: 5%`", 4096, "{ method: convex-distillation, block: head, width: 1, penalty: 5% }"),
        ("`width: 2, penalty: 5%`", 512, "{ method: convex-distillation, block: head, width: 2, penalty: 5% }"),
        ("`width: 16, penalty: 30%, polish: 5%`", 512, "{ method: convex-distillation, block: head, width: 16, penalty: 30%, polish: 5% }"),
        (
            "`width: 16, form: relu, penalty: 30%, polish: 5%`",
            512,
            "{ method: convex-distillation, block: head, width: 16, form: relu, penalty: 30%, polish: 5% }"
        ),
        (
            "`width: 1, penalty: 5%`, then 20 epochs of `distill`",
            512,
            "{ method: convex-distillation, block: head, width: 1, penalty: 5% }, { method: distill, epochs: 20, learning-rate: 1e-3 }"
        ),
        ("`tucker`, `/fc1/Gemm` to rank 8", 512, "{ method: tucker, layers: [\"/fc1/Gemm\"], ranks: 8 }"),
    ];

    /// <param name="shared">The folder that holds data/.</param>
    public static int Run(string shared)
    {
        Console.WriteLine("| head | images | weights of the model | duality gap | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (what, samples, steps) in Arms)
        {
            using var workspace = new Workspace();
            var (report, profile) = workspace.Run(BurnNetwork.Manifest(shared, samples, $"compress: [{steps}]"));
            var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
            var gap = report.Steps[0].Certificates is [var certificate, ..] ? $"{certificate.Value:0.0e-0}" : "";
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | {samples} | {report.After.Parameters:N0} ({(double)report.After.Parameters / report.Before.Parameters:P1}) | {gap} | "
                        + $"{top1.Compressed:P2} (from {top1.Original:P2}) | {profile.TotalSeconds:F0} |"
                )
            );
        }

        return 0;
    }
}
