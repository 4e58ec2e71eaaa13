namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>Metrics of the original and the compressed model on the same samples.</summary>
/// <param name="Samples">Number of samples.</param>
/// <param name="Metrics">One entry per metric asked for, in that order.</param>
internal sealed record EvaluationResult(int Samples, IReadOnlyList<MetricScores> Metrics)
{
    /// <summary>Number of samples there are.</summary>
    public int Total { get; init; } = Samples;

    /// <summary>Whether all samples were looked at, so that the values are final.</summary>
    public bool IsComplete => Samples == Total;

    /// <summary>The values, for reports.</summary>
    public IReadOnlyList<MetricPair> Pairs =>
        [.. Metrics.Select(scores => new MetricPair(scores.Metric.Name, scores.OriginalValue, scores.CompressedValue, Samples))];

    /// <summary>The scores of the metric called <paramref name="name"/>; null when it was not asked for.</summary>
    public MetricScores? Find(string name) => Metrics.FirstOrDefault(scores => scores.Metric.Name == name);
}
