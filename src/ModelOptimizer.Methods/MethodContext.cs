using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods;

/// <summary>Everything a method may use.</summary>
public sealed record MethodContext
{
    /// <summary>The model as the user gave it.</summary>
    public required OnnxModel Original { get; init; }

    /// <summary>The model so far, after the steps before this one. Not to be changed.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The model that the step's option of kind <see cref="Options.OptionKind.Model"/> names; null when it names none. Not to be changed.</summary>
    public OnnxModel? Student { get; init; }

    /// <summary>Shapes of every tensor of <see cref="Model"/> for one sample (symbolic dimensions 1); empty where they could not be found.</summary>
    public required IReadOnlyDictionary<string, long[]> Shapes { get; init; }

    /// <summary>The numerical engine on the chosen device.</summary>
    public required Engine Engine { get; init; }

    /// <summary>Second moments of <see cref="Model"/>'s activations.</summary>
    public required IStatistics Statistics { get; init; }

    /// <summary>The calibration samples; null when the manifest gives none.</summary>
    public IBatchSource? Calibration { get; init; }

    /// <summary>
    /// What is decided already, by layer: the method then does that and nothing else, and the goal in its options is not looked at. The same decisions give the
    /// same model as the run that made them. Null lets the method decide.
    /// </summary>
    public IReadOnlyDictionary<string, LayerDecision>? Decisions { get; init; }

    /// <summary>Ranks that the method chooses itself are multiples of this where a layer has room for them: what the runtime likes, measured.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>Where intermediate results are kept between runs; null when nothing is.</summary>
    public IBlobStore? Blobs { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary>Gets told what is being done and how far it is.</summary>
    public required IProgress<MethodProgress> Progress { get; init; }

    /// <summary>Ends the run early.</summary>
    public required CancellationToken Cancellation { get; init; }
}
