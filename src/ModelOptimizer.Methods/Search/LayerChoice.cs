namespace ModelOptimizer.Methods.Search;

/// <summary>One thing that could be done to a layer.</summary>
/// <param name="Ranks">Its ranks; empty leaves it as it is.</param>
/// <param name="Bytes">By how many bytes the model changes: 0, or negative.</param>
/// <param name="Penalty">What it is expected to do to the model's output, in any unit that is the same for all layers; 0 for a layer as it is.</param>
public sealed record LayerChoice(IReadOnlyList<int> Ranks, double Bytes, double Penalty);
