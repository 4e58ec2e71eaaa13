using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>What a pair of ranks costs one layer in error.</summary>
/// <param name="Ranks">The ranks per group.</param>
/// <param name="SquaredError">e² relative to the layer's energy: reached, not estimated.</param>
/// <param name="Start">The U_S of every group that reached it; null where the closed form needs none.</param>
internal sealed record CurvePoint(RankPair Ranks, double SquaredError, IReadOnlyList<Matrix>? Start);
