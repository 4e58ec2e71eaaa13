using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class GatesPageTests
{
    [Fact]
    public void Every_Metric_Has_A_Row_That_Says_What_It_Is()
    {
        var rows = File.ReadAllLines(Page)
            .SkipWhile(line => !line.StartsWith("## Metrics", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        foreach (var metric in MetricCatalogue.All)
        {
            var row = rows.Single(cells => cells[1].Contains($"`{metric.Name}`", StringComparison.Ordinal));
            row[2..6].ShouldBe(
                [
                    metric.Labels.ToString().ToLowerInvariant(),
                    metric.MoreIsBetter ? "more" : "less",
                    metric.IsBounded ? "yes" : "no",
                    metric.Scores switch { ScoreKind.ZeroOrOne => "right or wrong", ScoreKind.Real => "real score", _ => "all together" },
                ],
                metric.Name);
        }
    }

    [Fact]
    public void Every_Code_Of_A_Gate_That_Does_Not_Pass_Is_Named()
    {
        var text = File.ReadAllText(Page);

        foreach (var code in new[] { GateCodes.Failed, GateCodes.Undecided, GateCodes.NotMeasured, GateCodes.Chance, GateCodes.CommandFailed })
        {
            text.ShouldContain(code);
        }
    }

    private static string Page { get; } = Path.Combine(Repository.Root, "docs", "gates.md");
}
