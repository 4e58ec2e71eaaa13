namespace ModelOptimizer.Methods.LowRank;

/// <summary>One factor of a chain.</summary>
/// <param name="Weights">Number of weights.</param>
/// <param name="Axes">How many spatial axes have the window's output extents where it runs, from the first on; null for all.</param>
internal readonly record struct ChainLink(long Weights, int? Axes = null);
