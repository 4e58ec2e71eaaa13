namespace ModelOptimizer.Methods.LowRank;

/// <summary>What a pair of ranks costs one layer in error.</summary>
/// <param name="Ranks">The ranks per group.</param>
/// <param name="SquaredError">e² relative to the layer's energy: reached, not estimated.</param>
internal sealed record CurvePoint(RankPair Ranks, double SquaredError);
