using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// The gradient of a convolution by its weight, dW[m, c, t] = Σ dY[n, m, o] · X[n, c, o·stride + t·dilation − begin]: the output's gradient times the patches,
/// [M, positions] by [positions, C·taps].
/// </summary>
internal static class ConvolutionWeight
{
    // Measured on two cores: beyond this the product that takes rows apart costs more than slices.
    private const long LongestSelectedRow = 128;

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="large">The tensor that the window slides over, [N, C, …].</param>
    /// <param name="largeShape">Its shape.</param>
    /// <param name="small">The tensor of one element per position, [N, M, …].</param>
    /// <param name="smallShape">Its shape.</param>
    /// <param name="window">How the kernel slides.</param>
    /// <param name="group">Number of channel groups.</param>
    /// <returns>[M, C/group, kernel…].</returns>
    public static string Gradient(GraphWriter graph, string large, long[] largeShape, string small, long[] smallShape, SpatialWindow window, long group)
    {
        if (group == 1 && smallShape[^1] <= LongestSelectedRow && ShiftedLines.IsLess(largeShape, smallShape, window))
        {
            return ShiftedLines.Gradient(graph, large, largeShape, small, smallShape, window);
        }

        var positions = smallShape[2..];
        var (samples, count) = (smallShape[0], positions.Product());
        var (channels, outputs) = (largeShape[1] / group, smallShape[1] / group);
        var patches = IsBare(window)
            ? large
            : positions[^1] <= LongestSelectedRow
                ? SelectedPatches.Of(graph, large, largeShape, window, positions)
                : SlicedPatches.Of(graph, large, largeShape, window, positions);
        var columns = graph.Reshape(patches, samples, group, channels * window.Taps, count);
        var rows = graph.Reshape(small, samples, group, outputs, count);
        var product = outputs > 2 * count ? AtOnce(graph, rows, columns) : SampleBySample(graph, rows, columns);
        return graph.Reshape(product, [group * outputs, channels, .. window.Kernel]);
    }

    // Every patch is one element, in place.
    private static bool IsBare(SpatialWindow window) =>
        window.Taps == 1 && window.Strides.All(stride => stride == 1) && window.Begin.Concat(window.End).All(pad => pad == 0);

    private static string SampleBySample(GraphWriter graph, string rows, string columns) =>
        graph.ReduceSum(graph.Node("MatMul", [rows, graph.Transpose(columns, 0, 1, 3, 2)]), 0);

    // With few positions the products of the samples would be larger than what they are made of, so the sum over the samples is part of the product.
    private static string AtOnce(GraphWriter graph, string rows, string columns) =>
        graph.Node("MatMul", [Joined(graph, rows), graph.Transpose(Joined(graph, columns), 0, 2, 1)]);

    // [N, group, k, positions] as [group, k, N·positions].
    private static string Joined(GraphWriter graph, string tensor)
    {
        var transposed = graph.Transpose(tensor, 1, 2, 0, 3);
        return graph.Node("Reshape", [transposed, graph.Constant(0, 0, -1)]);
    }
}

/// <summary>Patches cut out tap by tap: a slice for each, one after the other. Quick where rows are long.</summary>
internal static class SlicedPatches
{
    /// <returns>[N, C·taps, positions], the taps of one channel together.</returns>
    public static string Of(GraphWriter graph, string tensor, long[] shape, SpatialWindow window, long[] positions)
    {
        var padded = graph.Padded(tensor, [0, 0, .. window.Begin, 0, 0, .. window.End]);
        string[] taps = [.. Enumerable.Range(0, (int)window.Taps).Select(tap => Tap(graph, padded, shape, window, window.Offset(tap), positions))];
        return graph.Reshape(graph.Concat(taps, 2), shape[0], shape[1] * window.Taps, positions.Product());
    }

    private static string Tap(GraphWriter graph, string padded, long[] shape, SpatialWindow window, long[] offset, long[] positions)
    {
        long[] ends = [.. offset.Select((start, axis) => start + ((positions[axis] - 1) * window.Strides[axis]) + 1)];
        var slice = graph.Slice(
            padded,
            offset,
            ends,
            [.. offset.Select((_, axis) => axis + 2L)],
            window.Strides.All(stride => stride == 1) ? null : window.Strides
        );
        return graph.Reshape(slice, shape[0], shape[1], 1, positions.Product());
    }
}
