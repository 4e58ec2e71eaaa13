using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Methods.LowRank.Rewriting;

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
