using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Pipeline.Plan;

/// <summary>What the original and the compressed model are measured on.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Metrics">Names of the metrics asked for; gates add theirs.</param>
/// <param name="Samples">How many samples; null for all.</param>
/// <param name="Output">The model output the metrics look at; null for the first.</param>
/// <param name="Position">Where it is written.</param>
public sealed record EvaluationPlan(DatasetPlan Dataset, IReadOnlyList<string> Metrics, int? Samples, string? Output, SourcePosition Position);
