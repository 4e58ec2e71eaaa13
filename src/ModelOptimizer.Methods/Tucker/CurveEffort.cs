using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>How finely a layer's error is looked at over its ranks.</summary>
/// <param name="InputRanks">The R_S tried.</param>
/// <param name="AnchorCount">For how many R_T of each R_S the input factor is improved.</param>
/// <param name="Sweeps">Sweeps per anchor; the second anchor starts from the first.</param>
internal sealed record CurveEffort(IReadOnlyList<int> InputRanks, int AnchorCount, int Sweeps)
{
    /// <summary>R_T around the same share of T as R_S has of S.</summary>
    public IEnumerable<int> Anchors(TuckerForm form, int inputRank)
    {
        double[] factors = AnchorCount switch { 1 => [1], 2 => [1.3, 0.7], _ => [1.6, 1, 0.6] };
        return factors.Select(factor => form.Usable(new RankPair(Math.Max(1, (int)Math.Round(factor * inputRank * form.Shape.Outputs / form.Shape.Inputs)), inputRank)).Output).Distinct();
    }
}
