using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="ModelReport"/> as JSON.</summary>
internal sealed record ModelDocument(
    string Name,
    string Verdict,
    string Source,
    string? SourceSha256,
    string? Output,
    string OutputSha256,
    string? Report,
    string DeviceClass,
    string? DeviceNote,
    NodePlacement? Placement,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? FromCache,
    string Decisions,
    bool DecidedByTime,
    int RankMultiple,
    DataUseDocument? CalibratedOn,
    DataUseDocument? EvaluatedOn,
    CostDocument Before,
    CostDocument After,
    IReadOnlyList<MetricDocument> Metrics,
    IReadOnlyList<GateDocument> Gates,
    IReadOnlyList<StepDocument> Steps,
    IReadOnlyList<TimeDocument> Times,
    SearchDocument? Search)
{
    /// <param name="report">The report.</param>
    /// <param name="path">How to write a path; null to leave it absolute.</param>
    public static ModelDocument Of(ModelReport report, Func<string, string>? path = null)
    {
        path ??= absolute => absolute;
        var gates = report.Gates.Select(GateDocument.Of).ToList();
        return new(
            report.Name,
            Verdicts.Of(gates),
            path(report.Source),
            report.SourceSha256,
            report.Output is null ? null : path(report.Output),
            report.OutputSha256,
            report.ReportFile is null ? null : path(report.ReportFile),
            report.DeviceClass,
            report.DeviceNote,
            report.Placement,
            report.FromCache,
            Word(report.Decisions),
            report.DecidedByTime,
            report.RankMultiple,
            DataUseDocument.Of(report.CalibratedOn),
            DataUseDocument.Of(report.EvaluatedOn),
            CostDocument.Of(report.Before),
            CostDocument.Of(report.After),
            [.. report.Metrics.Select(MetricDocument.Of)],
            gates,
            [.. report.Steps.Select(StepDocument.Of)],
            [.. report.Times.Select(TimeDocument.Of)],
            SearchDocument.Of(report.Search));
    }

    private static string Word(DecisionSource source) => source switch
    {
        DecisionSource.Search => "search",
        DecisionSource.Lock => "lock",
        _ => "manifest",
    };
}
