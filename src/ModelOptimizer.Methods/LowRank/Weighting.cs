namespace ModelOptimizer.Methods.LowRank;

/// <summary>What an error of one layer counts.</summary>
internal enum Weighting
{
    /// <summary>The relative squared error itself: all layers alike.</summary>
    Error,

    /// <summary>The divergence of the model's output when only this layer has that error.</summary>
    Effect,

    /// <summary>The geometric mean of the two.</summary>
    Blend,
}
