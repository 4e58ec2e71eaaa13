namespace ModelOptimizer.Onnx.Blocks;

/// <summary>The smallest part of a block: a layer, or branches that join again, with the activation behind it.</summary>
/// <param name="From">The tensor that enters.</param>
/// <param name="To">The tensor that leaves.</param>
/// <param name="Shape">The latter's shape.</param>
/// <param name="IsBranching">Whether a tensor in it is read twice.</param>
internal sealed record BlockUnit(string From, string To, long[] Shape, bool IsBranching)
{
    /// <summary>Whether it makes vectors, not feature maps.</summary>
    public bool IsVector => Shape.Length <= 2;

    /// <summary>Whether it belongs to the block that <paramref name="before"/> ends so far.</summary>
    public bool Continues(BlockUnit before) =>
        From == before.To && IsVector == before.IsVector && (IsVector || (IsBranching == before.IsBranching && Shape.SequenceEqual(before.Shape)));
}
