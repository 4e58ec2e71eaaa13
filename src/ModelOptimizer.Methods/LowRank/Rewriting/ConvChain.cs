namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Conv → Conv 1×1, one or more Convs that share the original window, Conv 1×1 with the bias. Zero padding commutes with the first 1×1, which has no bias,
/// so all of the window stays on the cores, <c>auto_pad</c> included; a 1×1 kernel has no first 1×1.
/// </summary>
internal static class ConvChain
{
    public static FactorChain Build(LayerReplacement replacement, ChainNames names)
    {
        var (layer, factors) = (replacement.Layer, replacement.Factors);
        var point = Enumerable.Repeat(1, layer.Window!.Kernel.Length).ToArray();
        var bias = names.Bias() ?? layer.Node.InputAt(2);
        var nodes = new List<NodeProto>();
        var current = layer.Input;
        if (factors.Input is not null)
        {
            nodes.Add(Pointwise(replacement, names.Node("_in"), current, names.Weight("_in", factors.Input, point), names.Output("_in")));
            current = nodes[^1].Output[0];
        }

        foreach (var core in factors.Cores)
        {
            var node = WindowNode.Of(layer, core);
            var suffix = WindowNode.Suffix(core);
            node.Input.Add([current, names.Weight(suffix, core.Weight, WindowNode.Kernel(layer, core))]);
            nodes.Add(node);
            if (factors.Output is not null || core != factors.Cores[^1])
            {
                node.Name = names.Node(suffix);
                node.Output[0] = names.Output(suffix);
            }

            current = node.Output[0];
        }

        if (factors.Output is not null)
        {
            nodes.Add(Pointwise(replacement, layer.Node.Name, current, names.Weight("_out", factors.Output, point), layer.Node.Output[0]));
        }

        if (replacement.Folded)
        {
            nodes[^1].Output[0] = layer.BatchNormalization!.Output[0];
        }

        if (bias is not null)
        {
            nodes[^1].Input.Add(bias);
        }

        return new FactorChain(replacement.Folded ? [layer.Node, layer.BatchNormalization!] : [layer.Node], nodes, names.Tensors);
    }

    private static NodeProto Pointwise(LayerReplacement replacement, string name, string input, string weight, string output)
    {
        var node = new NodeProto { OpType = "Conv", Name = name, Domain = replacement.Layer.Node.Domain, Input = { input, weight }, Output = { output } };
        if (!replacement.Layer.Node.HasDomain)
        {
            node.ClearDomain();
        }

        if (replacement.Layer.Window!.Group > 1)
        {
            node.Attribute.Add(new AttributeProto { Name = "group", Type = AttributeProto.Types.AttributeType.Int, I = replacement.Layer.Window.Group });
        }

        return node;
    }
}

/// <summary>The Conv of a <see cref="CoreTensor"/>: the layer's own, or the part of it that belongs to one spatial axis.</summary>
internal static class WindowNode
{
    /// <summary>A node without inputs. <c>auto_pad</c> is resolved axis by axis, so it may stay; what is not the core's axis has stride 1 and no padding.</summary>
    public static NodeProto Of(WeightLayer layer, CoreTensor core)
    {
        var node = layer.Node.Clone();
        node.Input.Clear();
        if (core.Axis is { } axis)
        {
            Keep(node, "kernel_shape", axis, otherwise: 1);
            Keep(node, "strides", axis, otherwise: 1);
            Keep(node, "dilations", axis, otherwise: 1);
            Keep(node, "pads", axis, otherwise: 0);
        }

        if (core.Depthwise)
        {
            if (node.Attribute("group") is { } group)
            {
                node.Attribute.Remove(group);
            }

            node.Attribute.Add(new AttributeProto { Name = "group", Type = AttributeProto.Types.AttributeType.Int, I = core.Weight.Rows });
        }

        return node;
    }

    public static int[] Kernel(WeightLayer layer, CoreTensor core) =>
        [.. layer.Window!.Kernel.Select((extent, axis) => core.Axis is null || core.Axis == axis ? extent : 1)];

    public static string Suffix(CoreTensor core) => core.Axis switch { null => "_core", 0 => "_height", _ => "_width" };

    // Pads have two entries for each axis: all begins, then all ends.
    private static void Keep(NodeProto node, string attribute, int axis, long otherwise)
    {
        if (node.Attribute(attribute) is { } found)
        {
            var rank = attribute == "pads" ? found.Ints.Count / 2 : found.Ints.Count;
            for (var i = 0; i < found.Ints.Count; i++)
            {
                found.Ints[i] = i % rank == axis ? found.Ints[i] : otherwise;
            }
        }
    }
}
