using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class LogSoftmaxGradient : IOperatorGradient
{
    public string Operator => "LogSoftmax";

    // ∂L/∂x = g − softmax(x) Σ g
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var sum = graph.ReduceSum(node.OutputGradient, SoftmaxAxes.Of(node));
        node.Give(0, graph.Sub(node.OutputGradient, graph.Mul(graph.Exp(node.Proto.Output[0]), sum)));
    }
}
