namespace ModelOptimizer.Pipeline.Search;

/// <summary>How a search went.</summary>
/// <param name="Predicted">Evaluations predicted before it began.</param>
/// <param name="Most">The cap (<c>max-evaluations</c>).</param>
/// <param name="Candidates">Every model tried, in order.</param>
/// <param name="Chosen">The number of the candidate that was taken; null when none passed.</param>
public sealed record SearchTrace(int Predicted, int Most, IReadOnlyList<SearchCandidate> Candidates, int? Chosen);
