namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>
/// A number that says how good a model is on some samples: an <see cref="ISampleMetric"/> or an <see cref="IJointMetric"/>. A new metric is one class and one
/// line in <see cref="MetricCatalogue"/>.
/// </summary>
internal interface IMetric
{
    /// <summary>The manifest's word.</summary>
    string Name { get; }

    /// <summary>One line for lists of metrics.</summary>
    string Summary { get; }

    /// <summary>What a sample contributes: decides how intervals are computed.</summary>
    ScoreKind Scores { get; }

    /// <summary>What <see cref="MetricSample.Targets"/> must be.</summary>
    LabelKind Labels { get; }

    /// <summary>Whether a greater value is better: <c>max-drop</c> then makes sense, otherwise <c>max-rise</c>.</summary>
    bool MoreIsBetter { get; }

    /// <summary>Whether values have a fixed range, so that <c>%</c> means points; otherwise it means a percentage of the original's value.</summary>
    bool IsBounded { get; }

    /// <summary>
    /// Whether the compressed model's outputs are compared with the original's (<see cref="MetricSample.Reference"/>). The original itself then has no value;
    /// drops and rises count from
    /// <see cref="ISampleMetric.Perfect"/>.
    /// </summary>
    bool IsFidelity { get; }

    /// <summary>Fewest values per sample with which the metric says anything: top-1 of a single value is always right.</summary>
    int LeastValues { get; }

    /// <summary>What an output is that this is measured of.</summary>
    OutputMeaning Meaning => OutputMeaning.Unknown;

    /// <summary>Of a metric with labels, the answers for all samples that are best without a look at any; see <see cref="BlindAnswer"/>.</summary>
    /// <param name="labels">The values of each sample's label.</param>
    /// <param name="width">Values of an output per sample.</param>
    IEnumerable<double[]> Blind(IReadOnlyList<double[]> labels, int width) => BlindAnswer.Constant(Labels, labels, width);
}
