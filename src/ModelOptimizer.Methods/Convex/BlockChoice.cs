using ModelOptimizer.Onnx.Blocks;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Which blocks a step means.</summary>
/// <param name="model">The model so far.</param>
/// <param name="shapes">Its shapes for one sample.</param>
/// <param name="options">The step's options.</param>
internal sealed class BlockChoice(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes, ConvexOptions options)
{
    /// <summary>The blocks in the model's order.</summary>
    /// <exception cref="DiagnosticException">The block that is named is none.</exception>
    public IReadOnlyList<Block> Blocks
    {
        get
        {
            if (options.Block is { From: { } from, To: { } to })
            {
                return [Between(from, to)];
            }

            var listed = BlockFinder.Find(model, shapes);
            return options.Block is { Name: { } name } ? [Named(listed, name)] : options.Auto ? [.. listed.Where(block => block.Kind is BlockKind.Stage or BlockKind.Layers)] : Last(listed);
        }
    }

    private static Block[] Last(IReadOnlyList<Block> listed) =>
        [.. new[] { BlockKind.Stage, BlockKind.Layers, BlockKind.Head }.Select(kind => listed.LastOrDefault(block => block.Kind == kind)).OfType<Block>().Take(1)];

    private Block Named(IReadOnlyList<Block> listed, string name) => listed.FirstOrDefault(block => block.Name == name)
        ?? throw Unknown($"the model has no block '{name}'. {(listed.Count == 0 ? "None could be told apart in it; write 'block: { from: TENSOR, to: TENSOR }'." : $"'modelopt blocks' lists {Quote(listed.Select(block => block.Name))}.")}");

    private Block Between(string from, string to)
    {
        var reader = new BlockReader(model, shapes);
        foreach (var tensor in new[] { from, to }.Where(tensor => !reader.Tensors.Contains(tensor)))
        {
            var nearest = reader.Tensors.OrderBy(name => EditDistance.Between(tensor, name)).ThenBy(name => name, StringComparer.Ordinal).Take(3);
            throw Unknown($"the model has no tensor '{tensor}' that depends on its inputs. The nearest names are {Quote(nearest)}; 'modelopt blocks' lists the tensors between which there are blocks.");
        }

        var (block, obstacle) = reader.Read(from, to);
        return block is null
            ? throw new DiagnosticException(MethodCodes.NotABlock, $"there is no block from '{from}' to '{to}': {obstacle}. A block has one entry and one exit; choose tensors that everything passes through, such as those that 'modelopt blocks' lists.", options.PositionOf("block"))
            : block.Weights > 0
                ? block with { Name = BlockFinder.Find(model, shapes).FirstOrDefault(other => (other.From, other.To) == (from, to))?.Name ?? block.Name }
                : throw new DiagnosticException(MethodCodes.NotABlock, $"there are no weights from '{from}' to '{to}', so a student would not be smaller. Choose tensors with layers between them.", options.PositionOf("block"));
    }

    private DiagnosticException Unknown(string problem) => new(MethodCodes.UnknownBlock, problem, options.PositionOf("block"));

    private static string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
