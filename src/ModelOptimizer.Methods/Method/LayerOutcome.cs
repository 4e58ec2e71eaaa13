using System.Globalization;
using System.Text.Json.Serialization;

namespace ModelOptimizer.Methods;

/// <summary>What a method did to one layer, or to one block of layers. Reports print it as it is: properties are added, never renamed or moved.</summary>
internal sealed record LayerOutcome
{
    /// <summary>The layer's name, or the block's.</summary>
    [JsonPropertyName("name")]
    public required string Layer { get; init; }

    /// <summary>As in <see cref="Choice.Ranks"/>; of blocks the student's width, which <see cref="Width"/> is too; empty when left alone.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>Whether the factors are stored, as in <see cref="Choice.Ranks"/>: the layer runs as it did.</summary>
    [JsonPropertyName("stored")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsStored { get; init; }

    /// <summary>Bits of a weight, as in <see cref="Choice.Bits"/>; null when it was not quantized.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Bits { get; init; }

    /// <summary>The step whose multiples a weight's numbers are, as in <see cref="Choice.Step"/>; null when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Step { get; init; }

    /// <summary>Of such a weight: bits of a number, by the entropy of the multiples; null when it has no step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Rate { get; init; }

    /// <summary>Gates of the student that replaces a block; null for a layer, and when the block was left alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <summary>What its weight took in the file; null where nobody counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesBefore { get; init; }

    /// <summary>What its weight takes in the file; what several weights share is divided by their lengths.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesAfter { get; init; }

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
    [JsonPropertyName("reason")]
    public string? SkipReason { get; init; }

    /// <summary>Anything else worth a column in the report, such as <c>bn: folded</c>; what was done to a layer that is not smaller, if anything was.</summary>
    public string? Note { get; init; }

    /// <summary>The choice that leads to this outcome again.</summary>
    [JsonIgnore]
    public Choice Choice => this switch
    {
        { Width: { } gates } => new Choice.Width(gates),
        { Step: { } size } => new Choice.Step(size),
        { Bits: { } count } => new Choice.Bits(count),
        { Ranks.Count: > 0 } => new Choice.Ranks(Ranks) { IsStored = IsStored },
        _ => new Choice.Keep(SkipReason),
    };

    /// <summary>What was chosen, for tables: <c>16, 8</c>, <c>16, 8 stored</c>, <c>4 bits</c>, <c>1.62 bits</c>, or a dash.</summary>
    [JsonIgnore]
    public string ChosenText => Choice switch
    {
        Choice.Step when Rate is { } rate => string.Create(CultureInfo.InvariantCulture, $"{rate:F2} bits"),
        Choice.Bits bits => bits.Text,
        _ => Ranks.Count == 0 ? "–" : string.Join(", ", Ranks) + (IsStored ? " stored" : ""),
    };

    /// <summary>Of a block: the tensor that enters it; null for a layer.</summary>
    [JsonIgnore]
    public string? From { get; init; }

    /// <summary>Of a block: the tensor that leaves it; null for a layer.</summary>
    [JsonIgnore]
    public string? To { get; init; }
}
