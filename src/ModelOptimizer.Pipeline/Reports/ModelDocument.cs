using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A <see cref="ModelReport"/> as JSON.</summary>
internal sealed record ModelDocument(
    string Name,
    string Source,
    string? Output,
    string OutputSha256,
    string DeviceClass,
    bool FromCache,
    CostDocument Before,
    CostDocument After,
    IReadOnlyList<MetricDocument> Metrics,
    IReadOnlyList<GateDocument> Gates,
    IReadOnlyList<LayerDocument> Layers)
{
    public static ModelDocument Of(ModelReport report) => new(
        report.Name,
        report.Source,
        report.Output,
        report.OutputSha256,
        report.DeviceClass,
        report.FromCache,
        CostDocument.Of(report.Before),
        CostDocument.Of(report.After),
        [.. report.Metrics.Select(MetricDocument.Of)],
        [.. report.Gates.Select(GateDocument.Of)],
        [.. report.Steps.SelectMany(step => step.Layers).Select(LayerDocument.Of)]);
}
