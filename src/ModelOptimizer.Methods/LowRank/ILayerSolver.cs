namespace ModelOptimizer.Methods.LowRank;

/// <summary>Factors one layer. It may keep what it found for one choice of ranks to use it for another, as long as that changes no result.</summary>
internal interface ILayerSolver
{
    /// <summary>The layer as it is built.</summary>
    SolvedLayer Solve(RankPair ranks);

    /// <summary>The layer at a point of its curve, without further sweeps.</summary>
    LayerReplacement Reconstructed(RankPair ranks);

    /// <summary>e² over the ranks with which the layer is smaller; those that are no multiples are left out by the caller.</summary>
    IEnumerable<CurvePoint> Curve(int multiple);
}

/// <summary>A layer with its last factors.</summary>
/// <param name="Replacement">What takes its place.</param>
/// <param name="RelativeError">e under the method's norm.</param>
/// <param name="Note">What the report adds.</param>
internal sealed record SolvedLayer(LayerReplacement Replacement, double RelativeError, string? Note);
