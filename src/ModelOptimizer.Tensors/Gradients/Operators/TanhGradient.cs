using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class TanhGradient : IOperatorGradient
{
    public string Operator => "Tanh";

    // y' = 1 − y²
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        node.Give(0, graph.Mul(node.OutputGradient, graph.Sub(1, graph.Mul(y, y))));
    }
}
