namespace ModelOptimizer.Pipeline.Search;

/// <summary>A candidate that differs from another one in one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">By how much the model changes.</param>
/// <param name="Penalty">By how much the expected damage changes.</param>
/// <param name="Decisions">What the candidate does to all layers.</param>
/// <param name="Note">What changed, in words.</param>
internal sealed record LayerMove(string Layer, double Bytes, double Penalty, IReadOnlyDictionary<string, LayerDecision> Decisions, string Note);
