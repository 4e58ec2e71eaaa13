using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// Patches by two nodes that use all cores: a product with a matrix of zeros and ones takes the taps of every row apart, whatever stride, dilation and padding
/// there is, and a Gather then puts whole rows in order. Quicker than slices while rows are short, for the product grows with a row's length.
/// </summary>
internal static class SelectedPatches
{
    /// <returns>[N, C·taps, positions], the taps of one channel together.</returns>
    public static string Of(GraphWriter graph, string tensor, long[] shape, SpatialWindow window, long[] positions)
    {
        var last = window.Rank - 1;
        var (width, taps, outputs) = (shape[^1], window.Kernel[last], positions[last]);
        long[] lines = [.. shape[2..^1].Select((extent, axis) => extent + window.Begin[axis] + window.End[axis])];
        var padded = graph.Padded(tensor, [0, 0, .. window.Begin[..last], 0, 0, 0, .. window.End[..last], 0]);
        var selected = graph.Gemm(
            graph.Reshape(padded, shape[0] * shape[1] * lines.Product(), width),
            graph.Numbers(Selection(window, width, outputs), width, taps * outputs)
        );
        var rows = graph.Reshape(selected, shape[0], shape[1] * lines.Product() * taps, outputs);
        var ordered = graph.Node("Gather", [rows, graph.Constant(Order(shape[1], lines, window, positions))], GraphWriter.Attribute("axis", 1L));
        return graph.Reshape(ordered, shape[0], shape[1] * window.Taps, positions.Product());
    }

    private static float[] Selection(SpatialWindow window, long width, long outputs)
    {
        var last = window.Rank - 1;
        var selection = new float[width * window.Kernel[last] * outputs];
        for (var tap = 0L; tap < window.Kernel[last]; tap++)
        {
            for (var output = 0L; output < outputs; output++)
            {
                var read = (output * window.Strides[last]) + (tap * window.Dilations[last]) - window.Begin[last];
                if (read >= 0 && read < width)
                {
                    selection[(((read * window.Kernel[last]) + tap) * outputs) + output] = 1;
                }
            }
        }

        return selection;
    }

    // Where the row of a channel, a tap and an output line lies among the rows of [C, lines, taps along the row].
    private static long[] Order(long channels, long[] lines, SpatialWindow window, long[] positions)
    {
        var last = window.Rank - 1;
        long[][] outputs = [.. Lines(positions[..last])];
        var order = new List<long>();
        for (var channel = 0L; channel < channels; channel++)
        {
            for (var tap = 0L; tap < window.Taps; tap++)
            {
                var offset = window.Offset(tap);
                foreach (var output in outputs)
                {
                    var line = channel;
                    for (var axis = 0; axis < last; axis++)
                    {
                        line = (line * lines[axis]) + (output[axis] * window.Strides[axis]) + offset[axis];
                    }

                    order.Add((line * window.Kernel[last]) + (tap % window.Kernel[last]));
                }
            }
        }

        return [.. order];
    }

    private static IEnumerable<long[]> Lines(long[] extents) => extents.Aggregate(
        (IEnumerable<long[]>)[[]],
        (lines, extent) => lines.SelectMany(line => Enumerable.Range(0, (int)extent).Select(index => (long[])[.. line, index])));
}
