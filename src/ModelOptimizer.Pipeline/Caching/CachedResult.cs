using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Pipeline.Timing;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>What the cache keeps beside a compressed model.</summary>
public sealed record CachedResult
{
    /// <summary>SHA-256 of the compressed model: an entry that was damaged is not used.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Cost of the original.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>Cost of the compressed model.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Metrics of both.</summary>
    public required IReadOnlyList<MetricPair> Metrics { get; init; }

    /// <summary>What every step did.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>Whether measured times had a say.</summary>
    public bool DecidedByTime { get; init; }

    /// <summary>What chosen ranks are multiples of, by measured time.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>Measured times of the rewritten layers.</summary>
    public IReadOnlyList<LayerTime> Times { get; init; } = [];

    /// <summary>The search that found the ranks.</summary>
    public SearchTrace? Search { get; init; }

    /// <summary>The gates' verdicts, in the manifest's order.</summary>
    public required IReadOnlyList<CachedVerdict> Gates { get; init; }

    /// <summary>Where it was computed.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>Which nodes of the compressed model the device left to the CPU; null on the CPU.</summary>
    public NodePlacement? Placement { get; init; }
}
