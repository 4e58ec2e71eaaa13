using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class PReluGradient : IOperatorGradient
{
    public string Operator => "PRelu";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        if (node.Wants(0))
        {
            node.Give(0, graph.Where(graph.IsPositive(x), node.OutputGradient, graph.Mul(node.OutputGradient, node.Input(1))));
        }

        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.Mul(node.OutputGradient, graph.Node("Min", [x, graph.Scalar(0)])));
        }
    }
}
