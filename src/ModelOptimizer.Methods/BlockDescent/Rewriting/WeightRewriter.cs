using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Puts new weights and biases into a graph.</summary>
internal static class WeightRewriter
{
    /// <summary>A clone of <paramref name="model"/> with <paramref name="updates"/>, for layers of its own; no form has an obstacle.</summary>
    public static OnnxModel Apply(OnnxModel model, IReadOnlyList<LayerUpdate> updates)
    {
        // Last: a Reshape is the same node only until something takes its place.
        IEnumerable<Action<Rewrite>> edits = [.. updates.Select(Replacing), .. updates.SelectMany(update => update.Resized).Select(Resizing)];
        return Rewrite.Apply(model, edits, (edit, rewrite) => edit(rewrite));
    }

    private static Action<Rewrite> Replacing(LayerUpdate update) => rewrite =>
    {
        var layer = rewrite.Own(update.Layer);
        if (update.Weight.Obstacle(layer, rewrite.Model.Opset) is { } obstacle)
        {
            throw new ArgumentException($"'{layer.Name}': {obstacle}", nameof(update));
        }

        var write = rewrite.Writer(layer);
        update.Weight.Write(layer, write);
        if (update.Bias is not null)
        {
            WriteBias(layer, update.Bias, write, rewrite);
        }

        rewrite.Replace([layer.Node], write, like: layer.Weight);
    };

    // The last node that was written stands for the layer's.
    private static void WriteBias(WeightLayer layer, double[] bias, GraphWriter write, Rewrite rewrite)
    {
        var name = layer.Bias;
        // A row stays a row: added to a single vector, it makes a row of it.
        var rank = new ConstantLookup(rewrite.Model.Graph).Find(name)?.Tensor.Dims.Count ?? 1;
        long[] dims = [.. Enumerable.Repeat(1L, Math.Max(0, rank - 1)), bias.Length];
        if (rewrite.IsFree(name))
        {
            rewrite.SetConstant(name!, dims, bias);
        }
        else
        {
            name = write.Numbers("_bias", bias, dims);
        }

        var node = write.NewNodes[^1];
        if (layer.Kind != LayerKind.MatMul)
        {
            node.KeepInputs(2);
            node.Input.Add(name);
            node.RemoveAttribute("beta");
        }
        else if (layer.BiasAdd is { } add)
        {
            add.Input[add.Input[0] == layer.Bias ? 0 : 1] = name;
        }
        else
        {
            var output = node.Output[0];
            node.Output[0] = write.NewName(output + "_product");
            var sum = write.NewName(layer.Name + "_bias");
            write.NewNodes.Add(new NodeProto { OpType = "Add", Name = sum, Input = { node.Output[0], name! }, Output = { output } });
        }
    }

    private static Action<Rewrite> Resizing(ResizedTensor resized) => rewrite =>
    {
        rewrite.ForgetShape(resized.Name);
        if (resized.Target is not { } target)
        {
            return;
        }

        // The old shape may have other readers.
        var reshape = rewrite.Model.Graph.Node.First(node => node.Output.Contains(resized.Name));
        var name = rewrite.UniqueName(resized.Name + "_shape");
        var shape = new TensorProto { Name = name, DataType = (int)DataType.Int64, Dims = { target.Length }, Int64Data = { target } };
        rewrite.AddWeight(shape, reshape.Input[1]);
        reshape.Input[1] = shape.Name;
    };
}

/// <summary>What a layer becomes.</summary>
/// <param name="Layer">The layer, of the model that is rewritten.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Bias">What is added to each output channel, a Gemm's beta in it; null keeps what is there.</param>
internal sealed record LayerUpdate(WeightLayer Layer, WeightForm Weight, double[]? Bias = null)
{
    /// <summary>The tensors between this layer and the next that change their size with it.</summary>
    public IReadOnlyList<ResizedTensor> Resized { get; init; } = [];
}

/// <summary>A tensor that changes its size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">The new constant shape of the Reshape that makes it; null when that follows by itself.</param>
internal sealed record ResizedTensor(string Name, long[]? Target = null);
