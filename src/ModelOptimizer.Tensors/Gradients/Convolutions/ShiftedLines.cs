using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// The gradient of a convolution on images by its weight where windows move line by line. Patches hold every element once for each tap; here the lines' taps
/// are taken on the other side, D[m, t, n, l] = dY[n, m, l − t·dilation + begin] with zeros outside, and only those along a line are taken of the input: the
/// same product from 3 + 3 copies in place of 9.
/// </summary>
internal static class ShiftedLines
{
    /// <summary>Whether a window moves so, and this copies no more than patches do.</summary>
    public static bool IsLess(long[] large, long[] small, SpatialWindow window) =>
        window.Rank == 2 && window.Kernel[0] > 1 && window.Strides[0] == 1
        && (small[1] * window.Kernel[0]) + (large[1] * window.Kernel[1]) <= large[1] * window.Taps;

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="large">The tensor that the window slides over, [N, C, lines, width].</param>
    /// <param name="largeShape">Its shape.</param>
    /// <param name="small">The tensor of one element per position, [N, M, lines, width].</param>
    /// <param name="smallShape">Its shape.</param>
    /// <param name="window">How the kernel slides, with stride 1 from line to line.</param>
    /// <returns>[M, C, kernel…].</returns>
    public static string Gradient(GraphWriter graph, string large, long[] largeShape, string small, long[] smallShape, SpatialWindow window)
    {
        var (samples, channels, outputs, width) = (largeShape[0], largeShape[1], smallShape[1], smallShape[3]);
        long[] shifts = [.. Enumerable.Range(0, (int)window.Kernel[0]).Select(tap => (tap * window.Dilations[0]) - window.Begin[0])];
        var (from, to) = (smallShape[2], largeShape[2]);

        // Products of the samples that are nearly as large as what they are made of are not made: all samples are one image, with lines of zeros in between.
        if (4 * outputs * channels * window.Taps > ((outputs * window.Kernel[0]) + (channels * window.Kernel[1])) * to * width)
        {
            var lines = Math.Max(Math.Max(from, to), Math.Max(from + shifts.Max(), to - shifts.Min()));
            (large, small) = (Joined(graph, large, lines - to), Joined(graph, small, lines - from));
            (samples, from, to) = (1, samples * lines, samples * lines);
        }

        var columns = SelectedPatches.Of(graph, large, [samples, channels, to, largeShape[3]], AlongLines(window), [to, width]);
        var rows = graph.Reshape(Shifted(graph, small, [samples, outputs, from, width], shifts, to), samples, outputs * window.Kernel[0], to * width);
        var product = graph.Node("MatMul", [rows, graph.Transpose(columns, 0, 2, 1)]);
        var sum = samples == 1 ? product : graph.ReduceSum(product, 0);
        var ordered = graph.Transpose(graph.Reshape(sum, outputs, window.Kernel[0], channels, window.Kernel[1]), 0, 2, 1, 3);
        return graph.Reshape(ordered, [outputs, channels, .. window.Kernel]);
    }

    // [N, k, lines, width] as [k, N, lines + gap, width].
    private static string Joined(GraphWriter graph, string tensor, long gap) =>
        graph.Padded(graph.Transpose(tensor, 1, 0, 2, 3), 0, 0, 0, 0, 0, 0, gap, 0);

    private static SpatialWindow AlongLines(SpatialWindow window) =>
        new([1, window.Kernel[1]], [1, window.Strides[1]], [1, window.Dilations[1]], [0, window.Begin[1]], [0, window.End[1]]);

    // For every shift, the lines that it moves into the larger tensor between lines of zeros, all as one row.
    private static string Shifted(GraphWriter graph, string small, long[] shape, long[] shifts, long to)
    {
        var (from, width) = (shape[2], shape[3]);
        var flat = graph.Reshape(small, shape[0], shape[1], from * width);
        var pieces = new List<string>();
        foreach (var shift in shifts)
        {
            var before = Math.Clamp(shift, 0, to);
            var first = Math.Min(Math.Max(0, -shift), from);
            var count = Math.Clamp(Math.Min(from - first, to - before), 0, from);
            AddZeros(before);
            if (count > 0)
            {
                pieces.Add(count == from ? flat : graph.Slice(flat, [first * width], [(first + count) * width], [2]));
            }

            AddZeros(to - before - count);
        }

        return graph.Concat([.. pieces], 2);

        void AddZeros(long lines)
        {
            if (lines > 0)
            {
                pieces.Add(graph.Filled(0, [shape[0], shape[1], lines * width]));
            }
        }
    }
}
