namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Keys and values in the order written; no key occurs twice.</summary>
internal sealed record MapNode(IReadOnlyList<(ScalarNode Key, Node Value)> Entries, SourcePosition Position) : Node(Position)
{
    public override string Describe() => Entries.Count == 0 ? "an empty mapping" : "a mapping";
}
