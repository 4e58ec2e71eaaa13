namespace ModelOptimizer.Methods.LowRank;

/// <summary>Puts chains in the places of layers, or has their weights made of factors.</summary>
internal static class GraphRewriter
{
    /// <summary>A clone of <paramref name="model"/> with <paramref name="replacements"/>, whose layers are <paramref name="model"/>'s own.</summary>
    public static OnnxModel Apply(OnnxModel model, IEnumerable<LayerReplacement> replacements) => Build(model, replacements).Model;

    /// <summary>The same, and the tensor that is made for every layer whose weight is.</summary>
    public static (OnnxModel Model, IReadOnlyDictionary<string, string> Made) Build(OnnxModel model, IEnumerable<LayerReplacement> replacements)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        List<LayerReplacement> all = [.. replacements];
        var result = Rewrite.Apply(model, all, (replacement, rewrite) =>
        {
            var layer = rewrite.Own(replacement.Layer);
            var write = replacement.IsStored ? rewrite.ShortWriter(layer.ElementType) : rewrite.Writer(layer);
            rewrite.Replace(Write(replacement with { Layer = layer }, write), write, like: layer.Weight);
            if (layer.Kind == LayerKind.Recurrent)
            {
                // Its other weight may be written too.
                rewrite.Succeed(replacement.Layer.Node, write.NewNodes[^1]);
            }

            if (replacement.IsStored)
            {
                var input = layer.Node.Input[0];
                made.Add(layer.Name, write.NewNodes.First(node => node.OpType == layer.Node.OpType && node.Input[0] == input).Input[layer.WeightInput]);
            }
        });
        all.ForEach(replacement => replacement.Moved?.Apply(result));
        return (result, made);
    }

    /// <summary>Writes what takes a layer's place, and returns the nodes that go.</summary>
    public static IReadOnlyList<NodeProto> Write(LayerReplacement replacement, GraphWriter write) => replacement switch
    {
        { IsStored: true } => WriteStored(replacement, write),
        { Layer.Kind: LayerKind.Conv or LayerKind.ConvTranspose } => ConvChain.Write(replacement, write),
        { Layer.Kind: LayerKind.Recurrent } => WriteCell(replacement, write),
        _ => MatrixChain.Write(replacement, write),
    };

    // What enters a cell is narrowed by a MatMul, for all directions at once, and its W is as narrow.
    private static IReadOnlyList<NodeProto> WriteCell(LayerReplacement replacement, GraphWriter write)
    {
        var (layer, factors) = (replacement.Layer, replacement.Factors);
        var (inner, outer) = (factors.Cores[0].Weight.Transpose(), factors.Output!);
        var narrow = replacement.OutputName(write, "_in");
        var node = layer.Node.Clone();
        string[] inputs = [node.Input[0], write.Numbers("_in", inner.Values, inner.Rows, inner.Columns)];
        write.NewNodes.Add(new NodeProto { OpType = "MatMul", Name = replacement.NodeName(write, "_in"), Input = { inputs }, Output = { narrow } });
        node.Input[0] = narrow;
        node.Input[1] = write.Numbers("_out", outer.Values, StoredWeight.Dims(layer, outer.Rows, outer.Columns));
        write.NewNodes.Add(node);
        return [layer.Node];
    }

    private static IReadOnlyList<NodeProto> WriteStored(LayerReplacement replacement, GraphWriter write)
    {
        var node = replacement.Layer.Node.Clone();
        node.Input[replacement.Layer.WeightInput] = FactoredWeight.Write(replacement.Layer, replacement.Factors, write);
        write.NewNodes.Add(node);
        return replacement.End(write, replacement.WriteBias(write));
    }
}

/// <summary>A layer and what takes its place.</summary>
/// <param name="Layer">The layer, with the nodes of the model that is edited.</param>
/// <param name="Factors">The weights.</param>
/// <param name="Bias">The new bias; null keeps what is there.</param>
/// <param name="Folded">Whether the BatchNormalization is in the factors and goes.</param>
internal sealed record LayerReplacement(WeightLayer Layer, FactorTensors Factors, double[]? Bias, bool Folded)
{
    /// <summary>Whether the layer stays, and the factors are multiplied out when the model is loaded.</summary>
    public bool IsStored { get => field || Layer.IsInsideCell; init; }

    /// <summary>What the old bias becomes, where there is no new one; null where it stays.</summary>
    public NewNumbers? Moved { get; init; }

    /// <summary>A name for a node that begins with the layer's.</summary>
    public string NodeName(GraphWriter write, string suffix) => write.NewName(Layer.Name + suffix);

    /// <summary>A name for a tensor that begins with the layer's output's.</summary>
    public string OutputName(GraphWriter write, string suffix) => write.NewName((Layer.Node.Output[0] is { Length: > 0 } own ? own : Layer.Output) + suffix);

    /// <summary>Writes the new bias, and returns its name; null when the old one stays.</summary>
    public string? WriteBias(GraphWriter write) => Bias is null ? null : write.Numbers("_bias", Bias, Bias.Length);

    /// <summary>Gives the last of the new nodes, which has the layer's output, the new bias, and the output of a folded BatchNormalization.</summary>
    /// <returns>The nodes that go.</returns>
    public IReadOnlyList<NodeProto> End(GraphWriter write, string? bias)
    {
        var last = write.NewNodes[^1];
        if (Folded)
        {
            last.Output[0] = Layer.BatchNormalization!.Output[0];
        }

        if (bias is not null && Layer.Kind == LayerKind.MatMul)
        {
            WriteAdd(write, last, bias);
        }
        else if (bias is not null)
        {
            // What is added is the bias as it is: an old beta is in it.
            last.RemoveAttribute("beta");
            last.KeepInputs(2);
            last.Input.Add(bias);
        }

        var added = bias is not null && Layer.Kind == LayerKind.MatMul ? Layer.BiasAdd : null;
        return [.. new[] { Layer.Node, added, Folded ? Layer.BatchNormalization : null }.OfType<NodeProto>()];
    }

    private void WriteAdd(GraphWriter write, NodeProto last, string bias)
    {
        var add = Layer.BiasAdd?.Clone() ?? new NodeProto { OpType = "Add", Name = NodeName(write, "_bias"), Output = { Layer.Node.Output[0] } };
        last.Output[0] = Layer.BiasAdd is null ? OutputName(write, "_out") : Layer.Node.Output[0];
        add.Input.Clear();
        add.Input.Add([last.Output[0], bias]);
        write.NewNodes.Add(add);
    }
}
