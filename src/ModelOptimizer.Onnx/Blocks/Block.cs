namespace ModelOptimizer.Onnx.Blocks;

/// <summary>
/// A sub-graph with one entry and one exit: everything between the tensors <see cref="From"/> and <see cref="To"/>. Nothing outside reads what is inside, so
/// other nodes that compute the one from the other can take its place.
/// </summary>
internal sealed record Block
{
    /// <summary>Unique among the blocks that are listed; the tensor <see cref="To"/> for a named one.</summary>
    public required string Name { get; init; }

    /// <summary>What it is made of.</summary>
    public required BlockKind Kind { get; init; }

    /// <summary>The tensor that enters. It may be read by others too.</summary>
    public required string From { get; init; }

    /// <summary>The tensor that leaves.</summary>
    public required string To { get; init; }

    /// <summary>The nodes between, in the model's order, and those that compute constants for them alone. They are the model's own.</summary>
    public required IReadOnlyList<NodeProto> Nodes { get; init; }

    /// <summary>Number of weights of its layers; biases and normalisations are not counted.</summary>
    public required long Weights { get; init; }

    /// <summary>Multiply-adds of one sample; null when a shape is not known.</summary>
    public required long? Macs { get; init; }
}

/// <summary>What a block is made of.</summary>
internal enum BlockKind
{
    /// <summary>Parts with branches that join again, such as residual blocks with their shortcuts, one after the other and of one output shape.</summary>
    Stage,

    /// <summary>One part of a <see cref="Stage"/> that has more.</summary>
    Part,

    /// <summary>Layers one after the other whose outputs are feature maps of one shape.</summary>
    Layers,

    /// <summary>The layers behind the feature maps.</summary>
    Head,

    /// <summary>Whatever lies between two tensors that somebody named.</summary>
    Named,
}
