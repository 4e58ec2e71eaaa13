using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="MetricPair"/> as JSON; null where there is no number.</summary>
internal sealed record MetricDocument(string Name, double? Original, double? Compressed, int Samples)
{
    public static MetricDocument Of(MetricPair pair) => new(pair.Metric, Finite(pair.Original), Finite(pair.Compressed), pair.Samples);

    /// <summary>JSON has no NaN.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
