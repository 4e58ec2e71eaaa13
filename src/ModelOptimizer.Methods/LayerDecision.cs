namespace ModelOptimizer.Methods;

/// <summary>What is to be done to a layer, decided before the method runs: by a search or by a lock file.</summary>
/// <param name="Ranks">In the method's own order, as in <see cref="LayerOutcome.Ranks"/>; empty leaves the layer alone.</param>
/// <param name="Reason">Why it is left alone; null when it is not.</param>
/// <param name="Weights">How many bits its weights take, as in <see cref="LayerOutcome.Weights"/>; null leaves them alone.</param>
public sealed record LayerDecision(IReadOnlyList<int> Ranks, string? Reason = null, string? Weights = null)
{
    /// <summary>The decision that leads to <paramref name="outcome"/>.</summary>
    public static LayerDecision Of(LayerOutcome outcome) => new(outcome.Ranks, outcome.Reason, outcome.Weights);
}
