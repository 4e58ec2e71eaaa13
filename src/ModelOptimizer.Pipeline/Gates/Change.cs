namespace ModelOptimizer.Pipeline.Gates;

/// <summary>By how much a metric got worse: a drop where more is better, else a rise.</summary>
/// <param name="Measured">On these samples; negative when it got better.</param>
/// <param name="IsWithin">Whether the samples show that it is within the limit.</param>
/// <param name="Upper">The one-sided upper bound; infinite when the samples do not say, and NaN without a confidence level.</param>
/// <param name="SamplesNeeded">About how many samples like these would show it; null when no number would.</param>
/// <param name="Detail">What stands behind the number, such as how many samples got worse; empty for nothing.</param>
internal sealed record Change(double Measured, bool IsWithin, double Upper, double? SamplesNeeded, string Detail);
