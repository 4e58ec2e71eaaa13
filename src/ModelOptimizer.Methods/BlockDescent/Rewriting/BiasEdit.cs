namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Gives a layer another bias, or its first.</summary>
internal static class BiasEdit
{
    /// <summary>Changes the bias of the layer that <paramref name="parts"/> are, whose last node stands for the layer's.</summary>
    public static void Apply(WeightParts parts, double[] bias, ConstantEdit constants)
    {
        var layer = parts.Layer;
        var name = layer.Bias;
        if (constants.IsFree(name))
        {
            constants.Replace(name!, [bias.Length], bias);
        }
        else
        {
            name = parts.Numbers("_bias", [bias.Length], bias);
        }

        if (layer.Kind == LayerKind.MatMul)
        {
            Add(parts, name!);
            return;
        }

        var node = parts.Nodes[^1];
        while (node.Input.Count > 2)
        {
            node.Input.RemoveAt(2);
        }

        node.Input.Add(name);
        if (node.Attribute("beta") is { } beta)
        {
            node.Attribute.Remove(beta);
        }
    }

    private static void Add(WeightParts parts, string bias)
    {
        if (parts.Layer.BiasAdd is { } add)
        {
            add.Input[add.Input[0] == parts.Layer.Bias ? 0 : 1] = bias;
            return;
        }

        var product = parts.Nodes[^1];
        var output = product.Output[0];
        product.Output[0] = parts.OutputName("_product");
        parts.Nodes.Add(new NodeProto { OpType = "Add", Name = parts.NodeName("_bias"), Input = { product.Output[0], bias }, Output = { output } });
    }
}
