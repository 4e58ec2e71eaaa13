using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>One metric of both models on the same samples.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Original">The original's score of each sample, in the data's order; for a fidelity metric all <see cref="ISampleMetric.Perfect"/>. Empty for
/// <see cref="ScoreKind.Joint"/> and when there is a <paramref name="Problem"/>.</param>
/// <param name="Compressed">The compressed model's scores of the same samples. Empty when the original's are.</param>
/// <param name="Problem">Why the metric could not be computed, as part of a sentence; null when it could.</param>
internal sealed record MetricScores(IMetric Metric, double[] Original, double[] Compressed, string? Problem = null)
{
    /// <summary>What a metric of all samples together knows; null for the others and when there is a <see cref="Problem"/>.</summary>
    public JointScores? Joint { get; init; }

    /// <summary>
    /// A model that answers without a look at the sample (<see cref="IMetric.Blind"/>; without labels, as the original does to the first one) in the place of
    /// the original, and the original in that of the compressed model. Null when it is not known.
    /// </summary>
    public Lazy<MetricScores?>? Chance { get; init; }

    /// <summary>Number of samples that count; 0 when there is a <see cref="Problem"/>.</summary>
    public int Samples => Joint?.Samples ?? Compressed.Length;

    /// <summary>The original's value; NaN for a fidelity metric, without samples and when there is a <see cref="Problem"/>.</summary>
    public double OriginalValue => Metric.IsFidelity ? double.NaN : Joint?.Values.Original ?? Mean(Original);

    /// <summary>The compressed model's value; NaN without samples and when there is a <see cref="Problem"/>.</summary>
    public double CompressedValue => Joint?.Values.Compressed ?? Mean(Compressed);

    /// <summary>What drops and rises count from: the original's value, or of a fidelity metric the perfect one.</summary>
    public double BaseValue => Metric is ISampleMetric { IsFidelity: true, Perfect: var perfect } ? perfect : OriginalValue;

    private static double Mean(double[] scores) => scores.Length == 0 ? double.NaN : scores.Average();
}
