using ModelOptimizer.Pipeline.Reports.Json;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>A metric of both models; null where there is no number.</summary>
public sealed record LockedMetric(double? Original, double? Compressed, int Samples)
{
    /// <summary>The same without NaN, which JSON does not have.</summary>
    public static LockedMetric Of(MetricPair pair) => new(MetricDocument.Finite(pair.Original), MetricDocument.Finite(pair.Compressed), pair.Samples);
}
