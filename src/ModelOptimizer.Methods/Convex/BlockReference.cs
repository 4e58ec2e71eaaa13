namespace ModelOptimizer.Methods.Convex;

/// <summary>Which block of a model a step means: one that <c>modelopt blocks</c> lists, or whatever is between two tensors.</summary>
/// <param name="Name">The listed name; null where tensors are given.</param>
/// <param name="From">The tensor that enters; null where a name is given.</param>
/// <param name="To">The tensor that leaves; null where a name is given.</param>
internal sealed record BlockReference(string? Name, string? From = null, string? To = null)
{
    private const string Expected = "the name of a block, or the tensors that enter and leave it, such as { from: relu_5, to: relu_9 }";

    /// <summary>The keys of a block that is given by its tensors.</summary>
    public static KeySet Keys { get; } = new();

    private static readonly Option<string> Entry = Keys.Add<string>(new(
        "from",
        Forms.Text("name of a tensor"),
        "The tensor that enters the block.")
    {
        IsRequired = true,
        Example = "relu_5",
    });

    private static readonly Option<string> Exit = Keys.Add<string>(new(
        "to",
        Forms.Text("name of a tensor"),
        "The tensor that leaves it.")
    {
        IsRequired = true,
        Example = "relu_9",
    });

    /// <summary>How a block is written: <c>stage3</c>, or <c>{ from: relu_5, to: relu_9 }</c>.</summary>
    public static Form<BlockReference?> Form { get; } = new(
        "stage3, or { from: TENSOR, to: TENSOR }",
        () => Json.AnyOf(Forms.Text("block").Schema(), SectionSchema.Of(Keys)),
        (node, what, paths) =>
        {
            if (node is MapNode)
            {
                var section = new Section(node, $"'{what}'", Keys, paths);
                return new BlockReference(null, section.Read(Entry), section.Read(Exit));
            }

            _ = node.AsScalar(what, Expected);
            return new BlockReference(node.AsText(what));
        })
    {
        Kind = "block",
        Write = (block, _) => Json.Sorted([new("name", block!.Name), new("from", block.From), new("to", block.To)]),
    };
}
