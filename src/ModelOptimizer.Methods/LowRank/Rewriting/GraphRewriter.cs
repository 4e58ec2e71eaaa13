namespace ModelOptimizer.Methods.LowRank;

/// <summary>Puts chains in the places of layers.</summary>
internal static class GraphRewriter
{
    /// <summary>A clone of <paramref name="model"/> with <paramref name="replacements"/>, whose layers are <paramref name="model"/>'s own.</summary>
    public static OnnxModel Apply(OnnxModel model, IEnumerable<LayerReplacement> replacements) => Rewrite.Apply(model, replacements, (replacement, rewrite) =>
    {
        var layer = rewrite.Own(replacement.Layer);
        var write = rewrite.Writer(layer);
        rewrite.Replace(Write(replacement with { Layer = layer }, write), write, like: layer.Weight);
    });

    /// <summary>Writes the chain of a layer, and returns the nodes that it takes the place of.</summary>
    public static IReadOnlyList<NodeProto> Write(LayerReplacement replacement, GraphWriter write) => replacement.Layer.Kind switch
    {
        LayerKind.Conv => ConvChain.Write(replacement, write),
        LayerKind.Gemm => MatrixChain.WriteGemm(replacement, write),
        _ => MatrixChain.WriteMatMul(replacement, write),
    };
}

/// <summary>A layer and what takes its place.</summary>
/// <param name="Layer">The layer, with the nodes of the model that is edited.</param>
/// <param name="Factors">The weights.</param>
/// <param name="Bias">The new bias; null keeps what is there.</param>
/// <param name="Folded">Whether the BatchNormalization is in the factors and goes.</param>
internal sealed record LayerReplacement(WeightLayer Layer, FactorTensors Factors, double[]? Bias, bool Folded)
{
    /// <summary>A name for a node that begins with the layer's.</summary>
    public string NodeName(GraphWriter write, string suffix) => write.NewName(Layer.Name + suffix);

    /// <summary>A name for a tensor that begins with the layer's output's.</summary>
    public string OutputName(GraphWriter write, string suffix) => write.NewName(Layer.Node.Output[0] + suffix);

    /// <summary>Writes the new bias, and returns its name; null when the old one stays.</summary>
    public string? WriteBias(GraphWriter write) => Bias is null ? null : write.Numbers("_bias", Bias, Bias.Length);
}
