using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Normalisations;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class InstanceNormalizationGradient : IOperatorGradient
{
    public string Operator => "InstanceNormalization";

    public void Backward(BackwardNode node)
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
}
