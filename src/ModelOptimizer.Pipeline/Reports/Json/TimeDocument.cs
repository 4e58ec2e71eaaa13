using ModelOptimizer.Pipeline.Timing;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="LayerTime"/> as JSON.</summary>
internal sealed record TimeDocument(string Layer, double? Ratio, double? Lower, double? Upper, double? OriginalSeconds, double? Seconds, bool Reverted)
{
    public static TimeDocument Of(LayerTime time) => new(
        time.Layer,
        MetricDocument.Finite(time.Ratio),
        MetricDocument.Finite(time.Lower),
        MetricDocument.Finite(time.Upper),
        MetricDocument.Finite(time.OriginalSeconds),
        MetricDocument.Finite(time.Seconds),
        time.Reverted);
}
