using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class NegGradient : IOperatorGradient
{
    public string Operator => "Neg";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        node.Give(0, graph.Neg(node.OutputGradient));
    }
}
