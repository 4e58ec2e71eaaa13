using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Convolutions;

/// <summary>
/// The gradient of a convolution by its weight, dW[m, c, t] = Σ dY[n, m, o] · X[n, c, o·stride + t·dilation − begin], as one matrix product over all positions o of all
/// samples n at once.
/// </summary>
internal static class ConvolutionWeight
{
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="large">The tensor that the window slides over, [N, C, …].</param>
    /// <param name="largeShape">Its shape.</param>
    /// <param name="small">The tensor of one element per position, [N, M, …].</param>
    /// <param name="smallShape">Its shape.</param>
    /// <param name="window">How the kernel slides.</param>
    /// <param name="group">Number of channel groups.</param>
    /// <returns>[M, C/group, kernel…].</returns>
    public static string Gradient(GraphBuilder graph, string large, long[] largeShape, string small, long[] smallShape, SpatialWindow window, long group)
    {
        var (channels, outputs, positions) = (largeShape[1] / group, smallShape[1] / group, smallShape[0] * Count(smallShape[2..]));
        var rows = graph.Reshape(ChannelsFirst(graph, small, smallShape, group), group, outputs, positions);
        var padded = graph.Padded(ChannelsFirst(graph, large, largeShape, group), [0, 0, 0, .. window.Begin, 0, 0, 0, .. window.End]);
        string[] patches = [.. Enumerable.Range(0, (int)window.Taps).Select(tap => Patch(graph, padded, window, window.Offset(tap), smallShape[2..]))];
        var columns = graph.Reshape(graph.Concat(patches, 1), group, window.Taps * channels, positions);
        var product = group == 1
            ? graph.Gemm(graph.Reshape(rows, outputs, positions), graph.Reshape(columns, window.Taps * channels, positions), transB: true)
            : graph.Node("MatMul", [rows, graph.Transpose(columns, 0, 2, 1)]);
        var byTap = graph.Transpose(graph.Reshape(product, group * outputs, window.Taps, channels), 0, 2, 1);
        return graph.Reshape(byTap, [group * outputs, channels, .. window.Kernel]);
    }

    // [N, group·channels, …] as [group, channels, N, …].
    private static string ChannelsFirst(GraphBuilder graph, string tensor, long[] shape, long group)
    {
        var transposed = graph.Transpose(tensor, [1, 0, .. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)]);
        return graph.Reshape(transposed, [group, shape[1] / group, shape[0], .. shape[2..]]);
    }

    // What one tap reads at all positions.
    private static string Patch(GraphBuilder graph, string padded, SpatialWindow window, long[] offset, long[] positions)
    {
        long[] ends = [.. offset.Select((start, axis) => start + ((positions[axis] - 1) * window.Strides[axis]) + 1)];
        return graph.Slice(padded, offset, ends, [.. offset.Select((_, axis) => axis + 3L)], window.Strides.All(stride => stride == 1) ? null : window.Strides);
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);
}
