using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Factors one layer. It may keep what it found for one choice of ranks to use it for another, as long as that changes no result.</summary>
internal interface ILayerSolver
{
    LayerNumbers Numbers { get; }

    /// <summary>The layer as it is built, and its relative error e.</summary>
    (LayerReplacement Replacement, double RelativeError) Solve(RankPair ranks);

    /// <summary>The layer at a point of its curve, without further sweeps.</summary>
    LayerReplacement Reconstructed(RankPair ranks);

    /// <summary>e² over the ranks with which the layer is smaller; those that are no multiples are left out by the caller.</summary>
    IEnumerable<CurvePoint> Curve(int multiple);
}
