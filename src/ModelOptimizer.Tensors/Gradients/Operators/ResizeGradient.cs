using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Axes;

namespace ModelOptimizer.Tensors.Gradients.Operators;

/// <summary>Nearest neighbours, each element repeated a whole number of times along each axis.</summary>
internal sealed class ResizeGradient(string op) : IOperatorGradient
{
    public string Operator => op;

    public void Backward(BackwardNode node)
    {
        var (input, output) = (node.InputShape(0), node.OutputShape());
        if (node.Proto.Text("mode", "nearest") != "nearest" || input.Where((extent, axis) => output[axis] % extent != 0).Any() || !Repeats(node, input, output))
        {
            throw node.NoGradient("only nearest-neighbour enlargement by whole factors can be differentiated");
        }

        AxisMap?[] maps = [.. input.Select((extent, axis) => extent == output[axis] ? null : Repetition(extent, output[axis]))];
        node.Give(0, AxisMaps.Gradient(node.Graph, node.OutputGradient, output, maps));
    }

    // Whatever the rounding, a centre of half a pixel lies within its own repetitions; corner-aligned or uncentred coordinates do only when they are rounded down.
    private static bool Repeats(BackwardNode node, long[] input, long[] output)
    {
        if (input.AsSpan().SequenceEqual(output) || node.Proto.OpType == "Upsample" || node.Graph.Opset < 11)
        {
            return true;
        }

        var rounding = node.Proto.Text("nearest_mode", "round_prefer_floor");
        return node.Proto.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel" => rounding.StartsWith("round", StringComparison.Ordinal),
            "asymmetric" => rounding == "floor",
            _ => false,
        };
    }

    private static AxisMap Repetition(long inputs, long outputs)
    {
        var map = new AxisMap(inputs, outputs);
        for (var output = 0L; output < outputs; output++)
        {
            map.Add(output, output / (outputs / inputs), 1);
        }

        return map;
    }
}
