using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>What was decided for one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Ranks">Its ranks; null leaves it alone.</param>
/// <param name="Start">U_S of each group to start from; null where it has to be found again.</param>
/// <param name="Reason">Why it is left alone.</param>
internal sealed record ChosenRanks(TuckerLayer Layer, RankPair? Ranks, IReadOnlyList<Matrix>? Start = null, string? Reason = null);
