using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>A point of a layer's curve while it is traced.</summary>
/// <param name="Ranks">The ranks per group.</param>
/// <param name="SquaredError">e² relative to the layer's energy.</param>
/// <param name="Start">The U_S of every group that reached it.</param>
internal sealed record TracedPoint(RankPair Ranks, double SquaredError, IReadOnlyList<Matrix> Start);
