namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A list.</summary>
internal sealed record ListNode(IReadOnlyList<Node> Items, SourcePosition Position) : Node(Position)
{
    public override string Describe() => Items.Count == 0 ? "an empty list" : "a list";
}
