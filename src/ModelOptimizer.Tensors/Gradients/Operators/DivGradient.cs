using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class DivGradient : IOperatorGradient
{
    public string Operator => "Div";

    // ∂(a/b)/∂b = −(a/b)/b
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var quotient = graph.Div(node.OutputGradient, node.Input(1));
        node.GiveBroadcast(0, quotient);
        if (node.Wants(1))
        {
            var byDivisor = graph.SumTo(graph.Mul(quotient, node.Proto.Output[0]), node.OutputShape(), node.InputShape(1));
            node.Give(1, graph.Neg(byDivisor));
        }
    }
}
