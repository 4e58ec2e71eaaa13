namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>What <c>modelopt layers</c> shows.</summary>
/// <param name="Version">Of the JSON document.</param>
/// <param name="Model">The file.</param>
/// <param name="Bytes">Model file plus external data.</param>
/// <param name="Parameters">Number of weights of the whole model.</param>
/// <param name="Macs">Multiply-adds of one sample of the whole model; null when shapes could not be found.</param>
/// <param name="MacsUnknown">Why <paramref name="Macs"/> is null.</param>
/// <param name="Layers">The layers in file order.</param>
internal sealed record ModelInspection(
    int Version,
    string Model,
    long Bytes,
    long Parameters,
    long? Macs,
    string? MacsUnknown,
    IReadOnlyList<LayerInspection> Layers
)
{
    /// <summary>The shapes for which MACs are counted, by input, where the file leaves them open: found by trying.</summary>
    public required IReadOnlyDictionary<string, long[]> Samples { get; init; }
}
