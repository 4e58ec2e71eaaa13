namespace ModelOptimizer.Onnx.Blocks;

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
