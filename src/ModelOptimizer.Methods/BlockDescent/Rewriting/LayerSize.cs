namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What a layer weighs in the file: its nodes and constants, weight and bias, to the byte but for names that have to make way for others.</summary>
internal static class LayerSize
{
    private const string NotSmaller = "it would not be smaller than the plain weight";

    /// <summary>Bytes of the layer once it is as <paramref name="update"/> says.</summary>
    public static long Of(OnnxModel model, LayerUpdate update)
    {
        var alone = Alone(model, update.Layer);
        var empty = new OnnxModel(new ModelProto { IrVersion = model.Proto.IrVersion, Graph = new GraphProto() });
        empty.Proto.OpsetImport.Add(model.Proto.OpsetImport);
        var layer = LayerFinder.Find(alone).Single();
        return WeightRewriter.Apply(alone, [update with { Layer = layer, Resized = [] }]).SizeInBytes - empty.SizeInBytes;
    }

    /// <summary>Why the layer is better off with the plain weight: its form is impossible here, or not smaller; null when it is smaller.</summary>
    public static string? WhyNot(OnnxModel model, LayerUpdate update) =>
        update.Weight.Obstacle(update.Layer, model.Opset)
        ?? (Of(model, update) < Of(model, update with { Weight = new DenseForm(update.Weight.Value) }) ? null : NotSmaller);

    private static OnnxModel Alone(OnnxModel model, WeightLayer layer)
    {
        var constants = new ConstantLookup(model.Graph);
        var graph = new GraphProto();
        foreach (var name in new[] { layer.Weight, layer.Bias })
        {
            if (constants.Find(name) is not { } constant)
            {
                continue;
            }

            if (constant.Node is not null)
            {
                graph.Node.Add(constant.Node.Clone());
            }
            else
            {
                graph.Initializer.Add(constant.Tensor.Clone());
            }

            graph.Input.Add(model.Graph.Input.Where(input => input.Name == name).Select(input => input.Clone()));
        }

        // What enters is an input, and so is a bias that is no constant.
        graph.Input.Add(
            layer.Node.Input.Where(name => name.Length > 0 && constants.Find(name) is null).Distinct().Select(name => new ValueInfoProto { Name = name })
        );
        graph.Node.Add(layer.Node.Clone());
        if (layer.BiasAdd is not null)
        {
            graph.Node.Add(layer.BiasAdd.Clone());
        }

        var proto = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = graph };
        proto.OpsetImport.Add(model.Proto.OpsetImport.Select(import => import.Clone()));
        return new OnnxModel(proto);
    }
}
