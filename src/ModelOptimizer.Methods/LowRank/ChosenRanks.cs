namespace ModelOptimizer.Methods.LowRank;

/// <summary>What was decided for one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Ranks">Its ranks; null leaves it alone.</param>
/// <param name="Reason">Why it is left alone.</param>
internal sealed record ChosenRanks(FactorLayer Layer, RankPair? Ranks, string? Reason = null);
