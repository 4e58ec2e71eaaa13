using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>One line per model, for build logs.</summary>
internal static class ModelLine
{
    /// <summary><c>digits: 471.2 KB → 181.0 KB (38 %), top1 98.9 % → 98.7 %, output error 0.021, gates passed</c>.</summary>
    public static string Of(ModelReport report)
    {
        var size = $"{Figures.Bytes(report.Before.Bytes)} → {Figures.Bytes(report.After.Bytes)} ({Figures.Ratio(report.After.Bytes, report.Before.Bytes)})";
        var shipped = report.After.Shipped is { } bytes ? [$"{Figures.Bytes(bytes)} shipped"] : Array.Empty<string>();
        var metrics = report.Metrics.Select(pair => double.IsNaN(pair.Original)
            ? $"{pair.Metric} {Figures.Metric(pair.Metric, pair.Compressed)}"
            : $"{pair.Metric} {Figures.Metric(pair.Metric, pair.Original)} → {Figures.Metric(pair.Metric, pair.Compressed)}");
        var outputs = report.OutputErrors is not { } errors ? Array.Empty<string>()
            : errors.Worst is { } worst ? [$"output error {OutputText.Error(worst)}"]
            : [$"outputs {OutputText.Of(errors)}"];
        return $"{report.Name}: {string.Join(", ", [size, .. shipped, .. metrics, .. outputs, Gates(report)])}";
    }

    private static string Gates(ModelReport report)
    {
        var gates = report.Gates;
        var missed = gates.Where(verdict => verdict.Outcome != GateOutcome.Passed).Select(verdict => verdict.Metric).Distinct().ToList();
        return (gates.Count, missed.Count) switch
        {
            (0, _) => "no gates",
            (_, 0) => "gates passed" + Wording.Unmeasured(report),
            (_, 1) => $"gate {missed[0]} not passed",
            _ => $"gates {string.Join(", ", missed)} not passed",
        };
    }
}
