using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Convolutions;

/// <summary>Patches cut out tap by tap: a slice for each, one after the other. Quick where rows are long.</summary>
internal static class SlicedPatches
{
    /// <returns>[N, C·taps, positions], the taps of one channel together.</returns>
    public static string Of(GraphWriter graph, string tensor, long[] shape, SpatialWindow window, long[] positions)
    {
        var padded = graph.Padded(tensor, [0, 0, .. window.Begin, 0, 0, .. window.End]);
        string[] taps = [.. Enumerable.Range(0, (int)window.Taps).Select(tap => Tap(graph, padded, shape, window, window.Offset(tap), positions))];
        return graph.Reshape(graph.Concat(taps, 2), shape[0], shape[1] * window.Taps, Count(positions));
    }

    private static string Tap(GraphWriter graph, string padded, long[] shape, SpatialWindow window, long[] offset, long[] positions)
    {
        long[] ends = [.. offset.Select((start, axis) => start + ((positions[axis] - 1) * window.Strides[axis]) + 1)];
        var slice = graph.Slice(padded, offset, ends, [.. offset.Select((_, axis) => axis + 2L)], window.Strides.All(stride => stride == 1) ? null : window.Strides);
        return graph.Reshape(slice, shape[0], shape[1], 1, Count(positions));
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);
}
