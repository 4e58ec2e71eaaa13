using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Results;

/// <summary>What a model costs.</summary>
/// <param name="Bytes">Model file plus external data.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Macs">Multiply-adds of one sample; null when the shapes could not be found.</param>
internal sealed record ModelCost(long Bytes, long Parameters, long? Macs)
{
    /// <summary>Bytes of the model as it is shipped, compressed as the compressed model is; null where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Shipped { get; init; }

    /// <summary>Time of one run in nanoseconds, as a search for little time forecasts it from the times of layers; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Nanoseconds { get; init; }
}

/// <summary>A metric of the original and of the compressed model on the same samples.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Original">The original's value; NaN when it has none (fidelity metrics compare the two models and have one value).</param>
/// <param name="Compressed">The compressed model's value.</param>
/// <param name="Samples">Number of samples.</param>
internal sealed record MetricPair([property: JsonPropertyName("name")] string Metric, double Original, double Compressed, int Samples);

/// <summary>How far the compressed model's outputs are from the original's, on samples that both were run on.</summary>
internal sealed record OutputErrors
{
    /// <summary>Where the samples are from; null for random inputs.</summary>
    public string? Dataset { get; init; }

    /// <summary>Number of samples; 0 where there is a <see cref="Problem"/>.</summary>
    public int Samples { get; init; }

    /// <summary>Every output of floating-point numbers whose shape is the same in both models, in the model's order.</summary>
    public IReadOnlyList<OutputError> Outputs { get; init; } = [];

    /// <summary>
    /// Outputs of floating-point numbers that were left out: the compressed model has none of that name, or its shape differs, as where boxes are found.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Why nothing could be compared, as part of a sentence; null when it could.</summary>
    public string? Problem { get; init; }

    /// <summary>The output that is furthest from the original's; null where there is none.</summary>
    [JsonIgnore]
    public OutputError? Worst => Outputs.MaxBy(output => double.IsNaN(output.RelativeError) ? double.PositiveInfinity : output.RelativeError);
}

/// <summary>What compression did to one output, over all values of all samples.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="RelativeError">‖y − ŷ‖ / ‖y‖, y the original's values; infinite where the compressed model alone has a value that is not finite.</param>
/// <param name="Cosine">⟨y, ŷ⟩ / (‖y‖ ‖ŷ‖); NaN where a norm is 0 or a value is not finite.</param>
internal sealed record OutputError(string Name, double RelativeError, double Cosine);

/// <summary>Which samples were used for something.</summary>
/// <param name="Dataset">The dataset's name; null for random inputs, and for an evaluation by the user's own program.</param>
/// <param name="Samples">How many the manifest asks for; null for all there are.</param>
internal sealed record DataUse(string? Dataset, int? Samples)
{
    /// <summary>What the methods learned the activations from; null when they needed nothing.</summary>
    public static DataUse? Of(CalibrationPlan? plan) => plan is null ? null : new(plan.Dataset?.Name, plan.Samples);

    /// <summary>What the final numbers were measured on; null when nothing was.</summary>
    public static DataUse? Of(EvaluationPlan? plan) => plan is null ? null : new(plan.Dataset?.Name, plan.Samples);
}
