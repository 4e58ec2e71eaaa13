namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A word, number or text.</summary>
internal sealed record ScalarNode(string Text, bool IsPlain, SourcePosition Position) : Node(Position)
{
    /// <summary>Whether nothing is written, or YAML's word for it.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    public override string Describe() => IsNull ? "nothing" : $"'{Text}'";
}
