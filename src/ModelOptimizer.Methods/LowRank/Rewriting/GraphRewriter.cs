namespace ModelOptimizer.Methods.LowRank;

/// <summary>Puts chains in the places of layers.</summary>
internal static class GraphRewriter
{
    /// <summary>A clone of <paramref name="model"/> with <paramref name="replacements"/>, whose layers are <paramref name="model"/>'s own.</summary>
    public static OnnxModel Apply(OnnxModel model, IReadOnlyList<LayerReplacement> replacements)
    {
        var result = model.Clone();
        var own = LayerFinder.Find(result).ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        var opset = result.Opset;
        var editor = new GraphEditor(result);
        foreach (var replacement in replacements)
        {
            Replace(replacement with { Layer = own[replacement.Layer.Name] }, editor, opset);
        }

        editor.Prune();
        return result;
    }

    private static void Replace(LayerReplacement replacement, GraphEditor editor, long opset)
    {
        var names = new ChainNames(replacement, editor);
        var chain = FactorChain.Build(replacement, names, opset);
        // The weight's place is looked up by its node: add before that may go.
        foreach (var tensor in chain.Tensors)
        {
            editor.AddWeight(tensor, replacement.Layer.Weight);
        }

        editor.ReplaceNodes(chain.Replaced, chain.Nodes);
    }
}
