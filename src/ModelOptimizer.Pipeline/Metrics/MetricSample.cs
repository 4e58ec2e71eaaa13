namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>What a metric sees of one sample.</summary>
/// <param name="output">The values of the chosen output, flattened.</param>
/// <param name="reference">The same of the original model; empty unless the metric is a fidelity metric.</param>
/// <param name="label">The label; 0 when the dataset has none.</param>
public readonly ref struct MetricSample(ReadOnlySpan<double> output, ReadOnlySpan<double> reference, long label)
{
    /// <summary>The values of the chosen output, flattened.</summary>
    public ReadOnlySpan<double> Output { get; } = output;

    /// <summary>The same of the original model; empty unless the metric is a fidelity metric.</summary>
    public ReadOnlySpan<double> Reference { get; } = reference;

    /// <summary>The label; 0 when the dataset has none.</summary>
    public long Label { get; } = label;
}
