using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// Resizing is one linear map an axis, whatever the mode, and its gradient the transpose. The maps are what the node itself makes of an identity matrix, so
/// that coordinates, coefficients and borders are the runtime's own; constant folding makes numbers of them.
/// </summary>
internal static class Resampling
{
    // What says how all axes together are resized.
    private static readonly string[] OfAllAxes = ["axes", "keep_aspect_ratio_policy"];

    public static void Give(BackwardNode node)
    {
        if (node.Proto.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
        {
            throw node.NoGradient("a Resize that crops (tf_crop_and_resize) cannot be differentiated");
        }

        var (graph, gradient, shape) = (node.Graph, node.OutputGradient, (long[])node.OutputShape().Clone());
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            var (before, inputs, outputs, after) = (shape[..axis].Product(), node.InputShape(0)[axis], shape[axis], shape[(axis + 1)..].Product());
            // A scale that is nearly 1 moves elements and keeps their number.
            if (inputs == outputs && Scale(node, axis) is null or 1)
            {
                continue;
            }

            var map = Map(node, axis, inputs, outputs);
            gradient = after == 1
                ? graph.Gemm(graph.Reshape(gradient, before, outputs), map, transB: true)
                : graph.Node("MatMul", [map, graph.Reshape(gradient, before, outputs, after)]);
            shape[axis] = inputs;
        }

        node.Give(0, graph.Reshape(gradient, shape));
    }

    /// <summary>[inputs, outputs]: what becomes of each input element of an axis.</summary>
    private static string Map(BackwardNode node, int axis, long inputs, long outputs)
    {
        var graph = node.Graph;
        var resize = new NodeProto { OpType = node.Proto.OpType, Name = graph.NewName("resize"), Output = { graph.NewName("t") } };
        resize.Attribute.Add(node.Proto.Attribute.Where(attribute => !OfAllAxes.Contains(attribute.Name)));
        resize.Input.Add(graph.Node("EyeLike", [graph.Filled(0, [inputs, inputs])]));
        if (HasRegion(node))
        {
            resize.Input.Add(node.Proto.Input[1]);
        }

        // Coordinates go by the scale that is written, which the extents need not be exactly.
        resize.Input.Add(
            Scale(node, axis) is { } scale ? [graph.Numbers([1, scale], 2)]
            : HasRegion(node) && node.Proto.InputAt(3) is not null ? [node.Proto.Input[2], graph.Constant(inputs, outputs)]
            : throw node.NoGradient("its scales are computed from data"));
        graph.NewNodes.Add(resize);
        return resize.Output[0];
    }

    private static bool HasRegion(BackwardNode node) => node.Proto.OpType == "Resize" && node.Graph.Opset >= Opsets.ResizeCoordinates;

    // As it is written for an axis; null where sizes are.
    private static float? Scale(BackwardNode node, int axis)
    {
        if (node.Proto.Attribute("scales") is not null)
        {
            throw node.NoGradient("its scales are an attribute, as before opset 9");
        }

        var scales = node.Constant(HasRegion(node) ? 2 : 1) is { } given ? WeightValues.ReadFloats(given) : [];
        var place = node.Proto.Ints("axes") is { } axes ? Array.FindIndex(axes, one => (one < 0 ? one + node.InputShape(0).Length : one) == axis) : axis;
        return place >= 0 && place < scales.Length ? scales[place] : null;
    }
}
