using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Normalised activations.</summary>
internal static class NormalisationRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["BatchNormalization"] = BatchNormalization,
        ["InstanceNormalization"] = InstanceNormalization,
        ["LayerNormalization"] = LayerNormalization,
    };

    private static void BatchNormalization(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        if (node.Proto.Int("training_mode", 0) == 0)
        {
            BackwardFrozen(node, shape);
        }
        else if (node.Wants(0) || node.Wants(1))
        {
            long[] axes = [0, .. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)];
            ChannelNormalisation.Give(node, Normalised.Of(graph, node.Input(0), Epsilon(node), axes));
        }

        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(node.OutputGradient, shape));
        }
    }

    // y = scale·r·(x − mean) + B with r = 1/√(var + ε), mean and var given; r' = −r³/2.
    private static void BackwardFrozen(BackwardNode node, long[] shape)
    {
        var (graph, gradient) = (node.Graph, node.OutputGradient);
        var inverse = graph.InverseRoot(node.Input(4), Epsilon(node));
        var factor = graph.Node("Mul", [node.Input(1), inverse]);
        if (node.Wants(0))
        {
            node.Give(0, graph.Node("Mul", [gradient, graph.PerChannel(factor, shape[1], shape.Length)]));
        }

        if (node.Wants(3))
        {
            node.Give(3, graph.Node("Neg", [graph.Node("Mul", [factor, graph.SumPerChannel(gradient, shape)])]));
        }

        if (node.Wants(1) || node.Wants(4))
        {
            var centred = graph.Node("Sub", [node.Input(0), graph.PerChannel(node.Input(3), shape[1], shape.Length)]);
            var scale = graph.Node("Mul", [graph.SumPerChannel(graph.Node("Mul", [gradient, centred]), shape), inverse]);
            node.Give(1, scale);
            if (node.Wants(4))
            {
                var half = graph.Node("Mul", [graph.Node("Mul", [factor, inverse]), graph.Scalar(-0.5f)]);
                node.Give(4, graph.Node("Mul", [scale, half]));
            }
        }
    }

    private static float Epsilon(BackwardNode node) => node.Proto.Float("epsilon", 1e-5f);

    private static void InstanceNormalization(BackwardNode node)
    {
        var (graph, shape, gradient) = (node.Graph, node.InputShape(0), node.OutputGradient);
        if (node.Wants(0) || node.Wants(1))
        {
            long[] axes = [.. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)];
            ChannelNormalisation.Give(node, Normalised.Of(graph, node.Input(0), node.Proto.Float("epsilon", 1e-5f), axes));
        }

        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(gradient, shape));
        }
    }

    private static void LayerNormalization(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        if (node.OutputGradientAt(1) is not null || node.OutputGradientAt(2) is not null)
        {
            throw node.NoGradient("the loss depends on its mean or deviation");
        }

        var gradient = node.OutputGradient;
        if (node.Wants(0) || node.Wants(1))
        {
            var axis = node.Proto.Int("axis", -1);
            var first = (int)(axis < 0 ? axis + shape.Length : axis);
            var normalised = Normalised.Of(
                graph,
                node.Input(0),
                node.Proto.Float("epsilon", 1e-5f),
                [.. Enumerable.Range(first, shape.Length - first).Select(reduced => (long)reduced)]
            );
            if (node.Wants(0))
            {
                node.Give(0, normalised.Gradient(graph.Node("Mul", [gradient, node.Input(1)])));
            }

            if (node.Wants(1))
            {
                node.GiveBroadcast(1, graph.Node("Mul", [gradient, normalised.Value]));
            }
        }

        node.GiveBroadcast(2, gradient);
    }
}

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
