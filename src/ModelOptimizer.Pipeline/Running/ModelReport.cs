using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Pipeline.Timing;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>What happened to one model.</summary>
public sealed record ModelReport
{
    /// <summary>The model's key in the manifest.</summary>
    public required string Name { get; init; }

    /// <summary>The original's path.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the original, lower-case hexadecimal; null when nobody computed it.</summary>
    public string? SourceSha256 { get; init; }

    /// <summary>Where the compressed model is; null when a gate failed and nothing was written.</summary>
    public string? Output { get; init; }

    /// <summary>SHA-256 of the compressed model, lower-case hexadecimal.</summary>
    public required string OutputSha256 { get; init; }

    /// <summary>The report for people, an HTML file with a <c>.md</c> and a <c>.json</c> of the same name beside it; null when none was written.</summary>
    public string? ReportFile { get; init; }

    /// <summary>What the methods learned the activations from.</summary>
    public DataUse? CalibratedOn { get; init; }

    /// <summary>What the final metrics were measured on.</summary>
    public DataUse? EvaluatedOn { get; init; }

    /// <summary>How the build ships it.</summary>
    public EmbedPlan? Embed { get; init; }

    /// <summary>Bytes, weights and multiply-adds of the original.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>The same of the compressed model.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Metrics of both on the same samples, those of gates included.</summary>
    public required IReadOnlyList<MetricPair> Metrics { get; init; }

    /// <summary>What every step did, in order.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>Where the ranks come from.</summary>
    public DecisionSource Decisions { get; init; }

    /// <summary>Whether measured times had a say in the model, so that another run may come out differently unless a lock file holds the decisions.</summary>
    public bool DecidedByTime { get; init; }

    /// <summary>What chosen ranks are multiples of, by measured time; 1 when time had no say.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>Measured times of the rewritten layers; empty when nobody asked for them.</summary>
    public IReadOnlyList<LayerTime> Times { get; init; } = [];

    /// <summary>The search that found the ranks; null when there was none.</summary>
    public SearchTrace? Search { get; init; }

    /// <summary>What every gate said.</summary>
    public required IReadOnlyList<GateVerdict> Gates { get; init; }

    /// <summary>Where it ran: provider, device and runtime version in one word.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>One line: which device was chosen and why the others were not; null when nobody says.</summary>
    public string? DeviceNote { get; init; }

    /// <summary>Which nodes of the compressed model the device left to the CPU; null on the CPU.</summary>
    public NodePlacement? Placement { get; init; }

    /// <summary>Whether the result came from the cache.</summary>
    public bool FromCache { get; init; }
}
