using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>One metric of both models: a score per sample, in the data's order.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Original">The original's scores; for a fidelity metric all <see cref="IMetric.Perfect"/>. Empty when there is a <paramref name="Problem"/>.</param>
/// <param name="Compressed">The compressed model's scores for the same samples. Empty when there is a <paramref name="Problem"/>.</param>
/// <param name="Problem">Why the metric could not be computed, as part of a sentence; null when it could.</param>
public sealed record MetricScores(IMetric Metric, double[] Original, double[] Compressed, string? Problem = null)
{
    /// <summary>The original's value; NaN for a fidelity metric, without samples and when there is a <see cref="Problem"/>.</summary>
    public double OriginalValue => Metric.IsFidelity ? double.NaN : Mean(Original);

    /// <summary>The compressed model's value; NaN without samples and when there is a <see cref="Problem"/>.</summary>
    public double CompressedValue => Mean(Compressed);

    private static double Mean(double[] scores) => scores.Length == 0 ? double.NaN : scores.Average();
}
