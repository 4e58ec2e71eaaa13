namespace ModelOptimizer.Tensors.Gradients;

/// <summary>y = scale·x̂ + B with one scale a channel: inputs x, scale and B in this order.</summary>
internal static class ChannelNormalisation
{
    /// <summary>Gives <paramref name="node"/> the gradients of x and of the scale.</summary>
    public static void Give(BackwardNode node, Normalised normalised)
    {
        var (graph, shape, gradient) = (node.Graph, node.InputShape(0), node.OutputGradient);
        if (node.Wants(0))
        {
            var scale = graph.PerChannel(node.Input(1), shape[1], shape.Length);
            node.Give(0, normalised.Gradient(graph.Node("Mul", [gradient, scale])));
        }

        if (node.Wants(1))
        {
            node.Give(1, graph.SumPerChannel(graph.Node("Mul", [gradient, normalised.Value]), shape));
        }
    }
}
