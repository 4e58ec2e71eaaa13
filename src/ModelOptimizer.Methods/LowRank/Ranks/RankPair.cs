namespace ModelOptimizer.Methods.LowRank;

/// <summary>Ranks of one layer; a matrix has its one rank in <paramref name="Output"/> and its full width in <paramref name="Input"/>, CP its one rank in both.</summary>
internal readonly record struct RankPair(int Output, int Input);
