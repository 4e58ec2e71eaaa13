using ModelOptimizer.Onnx;

namespace ModelOptimizer.Testing;

/// <summary>
/// A small residual network: a stem, two stages of two residual blocks each, the second with half the resolution and a projection, pooling, and a dense layer.
/// </summary>
internal static class ResidualNetwork
{
    private static readonly int[] Padding = [1, 1, 1, 1];

    /// <summary>The network on images of 8×8.</summary>
    /// <param name="channels">Channels of an image.</param>
    public static OnnxModel Create(int channels = 3) => Graph(channels).Build();

    /// <summary>The graph of <see cref="Create"/>, to be changed.</summary>
    public static GraphBuilder Graph(int channels = 3)
    {
        var graph = new GraphBuilder().Input("image", [-1, channels, 8, 8]);
        Convolve(graph, "image", "stem", 8, channels).Node("Relu", ["stem"], ["r0"]);
        Residual(graph, "r0", "a", 8, 8);
        Residual(graph, "a.out", "b", 8, 8);
        Residual(graph, "b.out", "c", 16, 8, stride: 2);
        Residual(graph, "c.out", "d", 16, 16);
        return graph.Node("GlobalAveragePool", ["d.out"], ["pooled"]).Node("Flatten", ["pooled"], ["features"])
            .Gemm("features", "scores", 5, 16).Output("scores", [-1, 5]);
    }

    // Two convolutions and a shortcut, a projection where the shapes differ: tensors name.1 to name.out.
    private static void Residual(GraphBuilder graph, string input, string name, int outputs, int inputs, int stride = 1)
    {
        Convolve(graph, input, $"{name}.1", outputs, inputs, stride).Node("Relu", [$"{name}.1"], [$"{name}.r"]);
        Convolve(graph, $"{name}.r", $"{name}.2", outputs, outputs);
        var shortcut = input;
        if (stride != 1)
        {
            shortcut = $"{name}.p";
            graph.Conv(input, shortcut, outputs, inputs, [1, 1], attributes: ("strides", new[] { stride, stride }));
        }

        graph.Node("Add", [$"{name}.2", shortcut], [$"{name}.sum"]).Node("Relu", [$"{name}.sum"], [$"{name}.out"]);
    }

    private static GraphBuilder Convolve(GraphBuilder graph, string input, string output, int outputs, int inputs, int stride = 1) =>
        graph.Conv(input, output, outputs, inputs, [3, 3], attributes: [("pads", Padding), ("strides", new[] { stride, stride })]);
}
