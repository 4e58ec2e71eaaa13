using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Normalisations;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class BatchNormalizationGradient : IOperatorGradient
{
    public string Operator => "BatchNormalization";

    public void Backward(BackwardNode node)
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
}
