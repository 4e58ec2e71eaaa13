namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>What the user's own evaluator said of one model.</summary>
/// <param name="Metrics">The numbers it printed, by name; empty when there is a <paramref name="Problem"/>.</param>
/// <param name="Problem">Why there are none, as part of a sentence; null when it ended well.</param>
internal sealed record CommandOutcome(IReadOnlyDictionary<string, double> Metrics, string? Problem = null);
