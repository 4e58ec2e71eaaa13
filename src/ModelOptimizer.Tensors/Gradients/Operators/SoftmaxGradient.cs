using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SoftmaxGradient : IOperatorGradient
{
    public string Operator => "Softmax";

    // ∂L/∂x = y ⊙ (g − Σ g⊙y)
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        var mean = graph.ReduceSum(graph.Mul(node.OutputGradient, y), SoftmaxAxes.Of(node));
        node.Give(0, graph.Mul(y, graph.Sub(node.OutputGradient, mean)));
    }
}
