using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="StepReport"/> as JSON.</summary>
internal sealed record StepDocument(
    string Method,
    IReadOnlyList<LayerDocument> Layers,
    IReadOnlyList<SeriesDocument> Series,
    IReadOnlyList<CertificateDocument> Certificates)
{
    public static StepDocument Of(StepReport step) => new(
        step.Method,
        [.. step.Layers.Select(LayerDocument.Of)],
        [.. step.Series.Select(SeriesDocument.Of)],
        [.. step.Certificates.Select(CertificateDocument.Of)]);
}
