using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ExpGradient : IOperatorGradient
{
    public string Operator => "Exp";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        node.Give(0, graph.Mul(node.OutputGradient, y));
    }
}
