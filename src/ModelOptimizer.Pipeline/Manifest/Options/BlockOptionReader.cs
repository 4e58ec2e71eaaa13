using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>stage3</c>, or <c>{ from: relu_5, to: relu_9 }</c>.</summary>
internal static class BlockOptionReader
{
    private const string Expected = "the name of a block, or the tensors that enter and leave it, such as { from: relu_5, to: relu_9 }";

    public static BlockReference Read(string what, Node node)
    {
        if (node is not MapNode)
        {
            _ = node.AsScalar(what, Expected);
            return new BlockReference(node.AsText(what));
        }

        var section = new Section(node, $"'{what}'", BlockKeys.Section);
        return new BlockReference(null, section.Require(BlockKeys.From, "from: relu_5").AsText("from"), section.Require(BlockKeys.To, "to: relu_9").AsText("to"));
    }
}
