using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>What happened to one model.</summary>
public sealed record ModelReport
{
    /// <summary>The model's key in the manifest.</summary>
    public required string Name { get; init; }

    /// <summary>The original's path.</summary>
    public required string Source { get; init; }

    /// <summary>Where the compressed model is; null when a gate failed and nothing was written.</summary>
    public string? Output { get; init; }

    /// <summary>SHA-256 of the compressed model, lower-case hexadecimal.</summary>
    public required string OutputSha256 { get; init; }

    /// <summary>How the build ships it.</summary>
    public EmbedPlan? Embed { get; init; }

    /// <summary>Bytes, weights and multiply-adds of the original.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>The same of the compressed model.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Metrics of both on the same samples, those of gates included.</summary>
    public required IReadOnlyList<MetricPair> Metrics { get; init; }

    /// <summary>What every step did to every layer.</summary>
    public required IReadOnlyList<LayerOutcome> Layers { get; init; }

    /// <summary>What every gate said.</summary>
    public required IReadOnlyList<GateVerdict> Gates { get; init; }

    /// <summary>Where it ran: provider, device and runtime version in one word.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>Whether the result came from the cache.</summary>
    public bool FromCache { get; init; }
}
