namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>A metric that is the mean of one score per sample.</summary>
internal interface ISampleMetric : IMetric
{
    /// <summary>The score of a sample that could not be better.</summary>
    double Perfect { get; }

    /// <summary>The score of one sample; NaN when there is none, which fails every gate on the metric.</summary>
    double Score(in MetricSample sample);
}
