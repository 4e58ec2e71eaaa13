using System.Text.Json.Serialization;

namespace ModelOptimizer.Methods;

/// <summary>What a method did to one layer, or to one block of layers. Reports print it as it is: properties are added, never renamed or moved.</summary>
public sealed record LayerOutcome
{
    /// <summary>The layer's name, or the block's.</summary>
    [JsonPropertyName("name")]
    public required string Layer { get; init; }

    /// <summary>Ranks in the method's own order (Tucker-2: R_T, R_S; CP and matrices: R; blocks: the student's width); empty when left alone.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>How many bits its weights take, in the words of the option <c>weights</c> of <c>quantize</c>; null when they are numbers as before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Weights { get; init; }

    /// <summary>What its weight took in the file; null where nobody counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesBefore { get; init; }

    /// <summary>What its weight takes in the file; what several weights share is divided by their lengths.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesAfter { get; init; }

    /// <summary>What was chosen for it, in a word for tables: <c>16, 8</c>, <c>4 bits</c>, or a dash.</summary>
    [JsonIgnore]
    public string Choice => Weights is null ? Ranks.Count == 0 ? "–" : string.Join(", ", Ranks) : int.TryParse(Weights, out _) ? $"{Weights} bits" : Weights;

    /// <summary>Relative error e under the method's norm (the root, not e²); null when left alone.</summary>
    public double? RelativeError { get; init; }

    /// <summary>Weights before (biases not counted).</summary>
    public required long ParametersBefore { get; init; }

    /// <summary>Weights after.</summary>
    public required long ParametersAfter { get; init; }

    /// <summary>Multiply-adds of one sample before; null when the shapes are unknown.</summary>
    public long? MacsBefore { get; init; }

    /// <summary>Multiply-adds of one sample after.</summary>
    public long? MacsAfter { get; init; }

    /// <summary>Why the layer was left alone; null when it was compressed.</summary>
    public string? Reason { get; init; }

    /// <summary>Anything else worth a column in the report, such as <c>bn: folded</c>.</summary>
    public string? Note { get; init; }

    /// <summary>Of a block: the tensor that enters it; null for a layer.</summary>
    [JsonIgnore]
    public string? From { get; init; }

    /// <summary>Of a block: the tensor that leaves it; null for a layer.</summary>
    [JsonIgnore]
    public string? To { get; init; }
}
