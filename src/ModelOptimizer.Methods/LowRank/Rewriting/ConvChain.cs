namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Conv → Conv 1×1, one or more Convs that share the original window, Conv 1×1 with the bias; ConvTranspose likewise, with a ConvTranspose between the two 1×1.
/// Zero padding commutes with the first 1×1, which has no bias, so all of the window stays on the cores, <c>auto_pad</c> included; a 1×1 kernel has no first
/// 1×1.
/// </summary>
internal static class ConvChain
{
    public static IReadOnlyList<NodeProto> Write(LayerReplacement replacement, GraphWriter write)
    {
        var (layer, factors) = (replacement.Layer, replacement.Factors);
        var point = Enumerable.Repeat(1, layer.Window!.Kernel.Length).ToArray();
        var bias = replacement.WriteBias(write) ?? layer.Node.InputAt(2);
        var current = layer.Input;
        if (factors.Input is not null)
        {
            var name = replacement.NodeName(write, "_in");
            var weight = Weight(write, "_in", factors.Input, point);
            current = replacement.OutputName(write, "_in");
            write.NewNodes.Add(Pointwise(layer, name, [layer.Input, weight], current));
        }

        foreach (var core in factors.Cores)
        {
            var node = WindowNode.Of(layer, core);
            var suffix = WindowNode.Suffix(core);
            node.Input.Add([current, Core(layer, write, suffix, core)]);
            write.NewNodes.Add(node);
            if (factors.Output is not null || core != factors.Cores[^1])
            {
                node.Name = replacement.NodeName(write, suffix);
                node.Output[0] = replacement.OutputName(write, suffix);
            }

            current = node.Output[0];
        }

        if (factors.Output is not null)
        {
            write.NewNodes.Add(Pointwise(layer, layer.Node.Name, [current, Weight(write, "_out", factors.Output, point)], layer.Node.Output[0]));
        }

        return replacement.End(write, bias);
    }

    private static string Core(WeightLayer layer, GraphWriter write, string suffix, CoreTensor core) => layer.Kind == LayerKind.ConvTranspose
        ? write.Numbers(suffix, StoredWeight.Values(layer, core.Weight), StoredWeight.Dims(layer, core.Weight.Rows, core.Weight.Columns))
        : Weight(write, suffix, core.Weight, core.Kernel(layer.Window!));

    private static string Weight(GraphWriter write, string suffix, Matrix values, int[] kernel) =>
        write.Numbers(suffix, values.Values, [values.Rows, values.Columns / kernel.Product(), .. kernel.Select(extent => (long)extent)]);

    private static NodeProto Pointwise(WeightLayer layer, string name, string[] inputs, string output)
    {
        var node = new NodeProto { OpType = "Conv", Name = name, Domain = layer.Node.Domain, Input = { inputs }, Output = { output } };
        if (!layer.Node.HasDomain)
        {
            node.ClearDomain();
        }

        if (layer.Window!.Group > 1)
        {
            node.Attribute.Add(GraphWriter.Attribute("group", layer.Window.Group));
        }

        return node;
    }
}

/// <summary>The Conv of a <see cref="CoreTensor"/>: the layer's own, or the part of it that belongs to one spatial axis.</summary>
internal static class WindowNode
{
    /// <summary>
    /// A node without inputs. <c>auto_pad</c> is resolved axis by axis, so it may stay; what is not the core's axis has stride 1 and no padding.
    /// </summary>
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
            node.SetAttribute(GraphWriter.Attribute("group", core.Weight.Rows));
        }

        return node;
    }

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
