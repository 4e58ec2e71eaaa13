namespace ModelOptimizer.Pipeline.Running;

/// <summary>A metric of the original and of the compressed model on the same samples.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Original">The original's value; NaN when it has none (fidelity metrics compare the two models and have one value).</param>
/// <param name="Compressed">The compressed model's value.</param>
/// <param name="Samples">Number of samples.</param>
public sealed record MetricPair(string Metric, double Original, double Compressed, int Samples);
