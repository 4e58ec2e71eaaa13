namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>A metric that is computed from all samples together, such as an area under a curve.</summary>
internal interface IJointMetric : IMetric
{
    /// <summary>What the metric needs to know of one sample, as a few numbers; null when the outputs give none, which fails every gate on the metric.</summary>
    double[]? Observe(in MetricSample sample);

    /// <summary>
    /// Prepares the metric of the samples in <paramref name="rows"/>, each what <see cref="Observe"/> said. The function takes how often each sample counts, so
    /// that resamples are quick; its value is NaN where those samples do not determine one.
    /// </summary>
    Func<int[], double> Over(IReadOnlyList<double[]> rows);

    /// <summary>
    /// For metrics that see only right and wrong: a sample that the compressed model loses, the most harmful one given <paramref name="original"/>, as both
    /// models' rows. Samples without any loss do not show that there is none; the bootstrap learns that from this one. Null for metrics of continuous outputs,
    /// which differ in every sample.
    /// </summary>
    (double[] Original, double[] Compressed)? WorstLoss(IReadOnlyList<double[]> original) => null;
}
