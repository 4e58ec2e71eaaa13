using System.Globalization;
using ModelOptimizer.Pipeline.Tests.Gates.Statistics;

namespace ModelOptimizer.Bench;

/// <summary>How often gates on metrics of all samples together pass at a true change of exactly their limit, which should be in 5 % of the cases at most.</summary>
internal static class LevelsTable
{
    private static readonly (string Row, string Metric, double Change, bool IsShare)[] Rows =
    [
        ("`rmse`, a plain limit", "rmse", 0.2, false),
        ("`rmse`, a limit in %", "rmse", 0.2, true),
        ("`psnr`, a plain limit", "psnr", 0.2, false),
        ("`auc`, scores move little", "auc", 0.1, false),
        ("`auc`, scores move much", "auc", 0.5, false),
        ("`f1-macro`, 30 % of predictions change", "f1-macro", 0.3, false),
        ("`f1-macro`, 2 % of predictions change", "f1-macro", 0.02, false),
    ];

    /// <param name="samples">Samples that a gate sees, with commas between.</param>
    /// <param name="gates">Gates for each row and number of samples.</param>
    public static int Run(string samples, string gates)
    {
        var count = int.Parse(gates, CultureInfo.InvariantCulture);
        int[] sizes = [.. samples.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        Console.WriteLine($"| metric | {string.Join(" | ", sizes.Select(size => $"{size:N0} samples"))} |");
        Console.WriteLine($"| --- {string.Concat(sizes.Select(_ => "| --- "))}|");
        foreach (var (row, metric, change, isShare) in Rows)
        {
            Console.Write($"| {row} |");
            foreach (var size in sizes)
            {
                var rate = BootstrapLevel.Rate(metric, change, isShare, size, count);
                Console.Write(string.Create(CultureInfo.InvariantCulture, $" {100 * rate:F2} ± {100 * Math.Sqrt(rate * (1 - rate) / count):F2} % |"));
            }

            Console.WriteLine();
        }

        return 0;
    }
}
