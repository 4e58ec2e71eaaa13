namespace ModelOptimizer.Tensors.Gradients;

/// <summary>The gradient of a convolution by its input: every element of the output's gradient, spread over its window.</summary>
internal static class ConvolutionInput
{
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="outputGradient">[N, M, …].</param>
    /// <param name="weight">[M, C/group, kernel…].</param>
    /// <param name="weightShape">Its shape.</param>
    /// <param name="window">How the kernel slides.</param>
    /// <param name="group">Number of channel groups.</param>
    /// <param name="large">Spatial shape of the input.</param>
    /// <param name="small">Spatial shape of the output.</param>
    /// <returns>[N, C, …].</returns>
    public static string Gradient(
        GraphWriter graph,
        string outputGradient,
        string weight,
        long[] weightShape,
        SpatialWindow window,
        long group,
        long[] large,
        long[] small
    )
    {
        var axes = Enumerable.Range(0, window.Rank).ToArray();
        var isPlain = axes.All(axis => window.Strides[axis] == 1 && window.Begin[axis] < window.Extent(axis) && window.End[axis] < window.Extent(axis));
        return isPlain
            ? AsConvolution(graph, outputGradient, weight, weightShape, window, group)
            : AsTransposed(graph, outputGradient, weight, window, group, large, small);
    }

    // dX = dY * W with the taps in reverse order and the channels exchanged.
    private static string AsConvolution(GraphWriter graph, string outputGradient, string weight, long[] weightShape, SpatialWindow window, long group)
    {
        var (outputs, inputs) = (weightShape[0] / group, weightShape[1]);
        var kernel = graph.Transpose(graph.Reshape(weight, group, outputs, inputs, window.Taps), 0, 2, 1, 3);
        if (window.Taps > 1)
        {
            kernel = graph.Node(
                "Gather",
                [kernel, graph.Constant([.. Enumerable.Range(0, (int)window.Taps).Reverse().Select(tap => (long)tap)])],
                GraphWriter.Attribute("axis", 3L)
            );
        }

        long[] begin = [.. window.Begin.Select((pad, axis) => window.Extent(axis) - 1 - pad)];
        long[] end = [.. window.End.Select((pad, axis) => window.Extent(axis) - 1 - pad)];
        return graph.Node(
            "Conv",
            [outputGradient, graph.Reshape(kernel, [group * inputs, outputs, .. window.Kernel])],
            GraphWriter.Attribute("kernel_shape", window.Kernel),
            GraphWriter.Attribute("dilations", window.Dilations),
            GraphWriter.Attribute("pads", [.. begin, .. end]),
            GraphWriter.Attribute("group", group));
    }

    private static string AsTransposed(GraphWriter graph, string outputGradient, string weight, SpatialWindow window, long group, long[] large, long[] small)
    {
        // What the last window does not reach of the padded input gets no gradient. Less padding at the end says the same, and is not limited as output_padding
        // is.
        long[] end = [.. large.Select((extent, axis) => ((small[axis] - 1) * window.Strides[axis]) + window.Extent(axis) - window.Begin[axis] - extent)];
        var spread = graph.Node(
            "ConvTranspose",
            [outputGradient, weight],
            GraphWriter.Attribute("kernel_shape", window.Kernel),
            GraphWriter.Attribute("strides", window.Strides),
            GraphWriter.Attribute("dilations", window.Dilations),
            GraphWriter.Attribute("pads", [.. window.Begin, .. end.Select(pad => Math.Max(0, pad))]),
            GraphWriter.Attribute("group", group));
        return end.All(pad => pad >= 0) ? spread : graph.Pad(spread, [0, 0, .. window.Begin.Select(_ => 0L), 0, 0, .. end.Select(pad => Math.Max(0, -pad))]);
    }
}
