using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SqrtGradient : IOperatorGradient
{
    public string Operator => "Sqrt";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        node.Give(0, graph.Div(graph.Mul(node.OutputGradient, 0.5f), y));
    }
}
