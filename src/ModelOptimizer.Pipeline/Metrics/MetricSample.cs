namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>What a metric sees of one sample.</summary>
/// <param name="output">The values of the chosen output, flattened.</param>
/// <param name="reference">The same of the original model; empty unless the metric is a fidelity metric.</param>
/// <param name="targets">The label's values; empty when the metric needs none.</param>
internal readonly ref struct MetricSample(ReadOnlySpan<double> output, ReadOnlySpan<double> reference, ReadOnlySpan<double> targets)
{
    /// <summary>The values of the chosen output, flattened.</summary>
    public ReadOnlySpan<double> Output { get; } = output;

    /// <summary>The same of the original model; empty unless the metric is a fidelity metric.</summary>
    public ReadOnlySpan<double> Reference { get; } = reference;

    /// <summary>The label's values; empty when the metric needs none.</summary>
    public ReadOnlySpan<double> Targets { get; } = targets;

    /// <summary>The label as the number of a class.</summary>
    public long Class => (long)Targets[0];
}
