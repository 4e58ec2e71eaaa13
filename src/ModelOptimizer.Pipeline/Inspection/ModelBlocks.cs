namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>What <c>modelopt blocks</c> shows.</summary>
/// <param name="Version">Of the JSON document.</param>
/// <param name="Model">The file.</param>
/// <param name="Parameters">Number of weights of the whole model.</param>
/// <param name="Macs">Multiply-adds of one sample of the whole model; null when shapes could not be found.</param>
/// <param name="ShapesUnknown">Why blocks cannot be told; null when they can.</param>
/// <param name="Blocks">The blocks in the model's order, the parts of a stage behind it.</param>
internal sealed record ModelBlocks(int Version, string Model, long Parameters, long? Macs, string? ShapesUnknown, IReadOnlyList<BlockInspection> Blocks)
{
    /// <summary>The shapes that MACs and shapes of blocks are for, by input, where the file leaves them open: found by trying.</summary>
    public required IReadOnlyDictionary<string, long[]> Samples { get; init; }
}
