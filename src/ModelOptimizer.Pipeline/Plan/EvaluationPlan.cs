namespace ModelOptimizer.Pipeline.Plan;

/// <summary>What the original and the compressed model are measured on: a dataset, a program of the user's own, or both.</summary>
/// <param name="Dataset">The dataset; null when only <see cref="Command"/> measures.</param>
/// <param name="Metrics">Names of the metrics asked for; gates add theirs.</param>
/// <param name="Samples">How many samples; null for all.</param>
/// <param name="Output">The model output the metrics look at; null for the first.</param>
internal sealed record EvaluationPlan(DatasetPlan? Dataset, IReadOnlyList<string> Metrics, int? Samples, string? Output)
{
    /// <summary>The user's own evaluator.</summary>
    public CommandPlan? Command { get; init; }

    /// <summary>A second dataset, on which the gates on metrics are decided once more when all else is decided; null for none.</summary>
    public DatasetPlan? Confirm { get; init; }

    /// <summary>Every file that is read, absolute: inputs of the cache key and of incremental builds.</summary>
    public IEnumerable<string> Files => [.. Dataset?.Files ?? [], .. Confirm?.Files ?? [], .. Command?.Files ?? []];
}
