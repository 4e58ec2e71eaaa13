namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>block:</c>, where it names tensors.</summary>
internal static class BlockKeys
{
    public static KeyDeclaration From { get; } = new("from", new TextForm("name of a tensor"), "The tensor that enters the block.") { IsRequired = true, Example = "relu_5" };

    public static KeyDeclaration To { get; } = new("to", new TextForm("name of a tensor"), "The tensor that leaves it.") { IsRequired = true, Example = "relu_9" };

    public static SectionDeclaration Section { get; } = new([From, To]);
}
