using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Everything that was measured and that gates decide on.</summary>
internal sealed record GateEvidence
{
    /// <summary>What the original costs.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>What the compressed model costs.</summary>
    public required ModelCost After { get; init; }

    /// <summary>The metrics of all gates; null when the model has no <c>evaluate:</c>.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>What the user's own evaluator said; null when the model has none.</summary>
    public CommandResult? Command { get; init; }

    /// <summary>All metrics, for reports.</summary>
    public IReadOnlyList<MetricPair> Metrics => [.. Evaluation?.Pairs ?? [], .. Command?.Pairs ?? []];

    /// <summary>How many samples of <see cref="Evaluation"/> were looked at before, by content in the files or as the model is fed.</summary>
    public int Overlap { get; init; }

    /// <summary>Time per run; null when it was not measured, which fails <c>latency</c> gates.</summary>
    public LatencyResult? Latency { get; init; }

    /// <summary>How far the outputs are from the original's; null where nobody looked, as no gate needs it.</summary>
    public OutputErrors? OutputErrors { get; init; }

    /// <summary>Which nodes of the compressed model the device left to the CPU; null on the CPU.</summary>
    public NodePlacement? Placement { get; init; }

    /// <summary>Seed of the bootstrap.</summary>
    public required int Seed { get; init; }
}
