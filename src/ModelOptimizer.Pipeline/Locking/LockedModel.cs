using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>One model of a lock file.</summary>
public sealed record LockedModel
{
    /// <summary>SHA-256 of everything the decisions depend on: parts of the manifest, and files by their path from the manifest.</summary>
    public required LockedInputs Inputs { get; init; }

    /// <summary>What was decided, step by step.</summary>
    public required IReadOnlyList<LockedStep> Steps { get; init; }

    /// <summary>Whether measured times had a say.</summary>
    public bool DecidedByTime { get; init; }

    /// <summary>What chosen ranks are multiples of, by measured time; 1 when time had no say.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>What the original costs.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>What the compressed model costs.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Metrics of both.</summary>
    public required IReadOnlyDictionary<string, LockedMetric> Metrics { get; init; }

    /// <summary>SHA-256 of the compressed model.</summary>
    public required string Output { get; init; }

    /// <summary>The tool's version.</summary>
    public required string Tool { get; init; }

    /// <summary>Provider, device and ONNX Runtime version in one word.</summary>
    public required string Device { get; init; }

    /// <summary>Per step, the decisions that lead to the same model.</summary>
    [JsonIgnore]
    public IReadOnlyList<IReadOnlyDictionary<string, LayerDecision>> Decisions => [.. Steps.Select(step => step.Decisions())];

    /// <summary>What <paramref name="report"/> says.</summary>
    public static LockedModel Of(ModelReport report, LockedInputs inputs) => new()
    {
        Inputs = inputs,
        Steps = [.. report.Steps.Select(step => LockedStep.Of(step, report.Times))],
        DecidedByTime = report.DecidedByTime,
        RankMultiple = report.RankMultiple,
        Before = report.Before,
        After = report.After,
        Metrics = report.Metrics.ToDictionary(pair => pair.Metric, LockedMetric.Of, StringComparer.Ordinal),
        Output = report.OutputSha256,
        Tool = ToolIdentity.Version,
        Device = report.DeviceClass,
    };

    /// <summary>Whether the same decisions lead to the same bytes here.</summary>
    public bool IsFromHere(string deviceClass) => Tool == ToolIdentity.Version && Device == deviceClass;
}
