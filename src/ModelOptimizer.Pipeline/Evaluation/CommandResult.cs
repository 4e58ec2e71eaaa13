namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>What the user's own evaluator said of the original and of the compressed model.</summary>
internal sealed record CommandResult(CommandOutcome Original, CommandOutcome Compressed)
{
    /// <summary>Why there are no numbers, as part of a sentence; null when there are.</summary>
    public string? Problem => Original.Problem is { } original ? $"on the original, {original}"
        : Compressed.Problem is { } compressed ? $"on the compressed model, {compressed}"
        : null;

    /// <summary>The numbers printed for both models, for reports; how many samples stand behind them is not known.</summary>
    public IReadOnlyList<MetricPair> Pairs =>
    [
        .. Original.Metrics
            .Where(metric => Compressed.Metrics.ContainsKey(metric.Key))
            .Select(metric => new MetricPair(metric.Key, metric.Value, Compressed.Metrics[metric.Key], 0)),
    ];
}
