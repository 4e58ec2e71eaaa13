using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SigmoidGradient : IOperatorGradient
{
    public string Operator => "Sigmoid";

    // y' = y (1 − y)
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        node.Give(0, graph.Mul(node.OutputGradient, graph.Sub(y, graph.Mul(y, y))));
    }
}
