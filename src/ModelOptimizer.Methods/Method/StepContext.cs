using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods;

/// <summary>Everything a step may use.</summary>
internal sealed record StepContext
{
    /// <summary>The model as the user gave it.</summary>
    public required OnnxModel Original { get; init; }

    /// <summary>The model so far, after the steps before this one. Not to be changed.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>
    /// What the outputs of layers are to be like where they are fitted again: the original, or what the last step made that changed them on purpose. Not to be
    /// changed.
    /// </summary>
    public required OnnxModel Reference { get; init; }

    /// <summary>The model that the step's option with the form <see cref="Forms.Model"/> names; null when it names none. Not to be changed.</summary>
    public OnnxModel? Student { get; init; }

    /// <summary>Shapes of every tensor of <see cref="Model"/> for one sample (symbolic dimensions 1); empty where they could not be found.</summary>
    public required IReadOnlyDictionary<string, long[]> Shapes { get; init; }

    /// <summary>The numerical engine on the chosen device.</summary>
    public required Engine Engine { get; init; }

    /// <summary>Second moments of <see cref="Model"/>'s activations.</summary>
    public required IStatistics ActivationStatistics { get; init; }

    /// <summary>The calibration samples; null when the manifest gives none.</summary>
    public IBatchSource? Calibration { get; init; }

    /// <summary>Ranks that the method chooses itself are multiples of this where a layer has room for them: what the runtime likes, measured.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>What the model's gates take outputs for; those of which they say nothing are absent.</summary>
    public IReadOnlyDictionary<string, OutputMeaning> OutputMeanings { get; init; } = new Dictionary<string, OutputMeaning>();

    /// <summary>Where intermediate results are kept between runs; null when nothing is.</summary>
    public IBlobStore? Blobs { get; init; }

    /// <summary>The bytes that a model adds to an application as it is shipped.</summary>
    public required Func<OnnxModel, long> ShippedBytes { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary>Is told what is being done and how far it is.</summary>
    public required IProgress<MethodProgress> Progress { get; init; }

    /// <summary>Ends the run early.</summary>
    public required CancellationToken Cancellation { get; init; }
}

/// <summary>What an output is, as far as a metric of it tells.</summary>
internal enum OutputMeaning
{
    /// <summary>Nothing is known.</summary>
    Unknown,

    /// <summary>Scores of classes: logits, or probabilities where a softmax makes them.</summary>
    Scores,

    /// <summary>A vector of which the direction counts.</summary>
    Direction,
}

/// <summary>How far a run is.</summary>
/// <param name="Activity">What is being done, such as <c>second moments</c> or a layer's name.</param>
/// <param name="Done">Steps finished.</param>
/// <param name="Total">Steps in all; 0 when unknown.</param>
/// <param name="Detail">What changes from step to step, such as <c>loss 0.1234</c>; null when there is nothing to say.</param>
internal readonly record struct MethodProgress(string Activity, int Done, int Total, string? Detail = null);

/// <summary>Numbers in an <see cref="IBlobStore"/>.</summary>
internal static class StoredNumbers
{
    /// <summary>The numbers of <paramref name="name"/>, computed where they are not there yet.</summary>
    public static double[] Numbers(this StepContext context, string name, Func<double[]> compute)
    {
        if (context.Blobs?.Find(name) is { } stored && stored.Length % sizeof(double) == 0)
        {
            return MemoryMarshal.Cast<byte, double>(stored).ToArray();
        }

        var numbers = compute();
        context.Blobs?.Add(name, MemoryMarshal.AsBytes<double>(numbers).ToArray());
        return numbers;
    }
}
