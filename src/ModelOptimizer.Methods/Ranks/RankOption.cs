namespace ModelOptimizer.Methods.Ranks;

/// <summary>One thing that could be done to a layer.</summary>
/// <param name="Ranks">The ranks; null leaves the layer as it is.</param>
/// <param name="Cost">What it would then count against the budget.</param>
/// <param name="Penalty">What it is expected to do to the model's output; any unit, but the same for all layers.</param>
internal sealed record RankOption(RankPair? Ranks, double Cost, double Penalty);
