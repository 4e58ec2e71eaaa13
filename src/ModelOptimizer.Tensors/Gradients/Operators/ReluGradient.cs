using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReluGradient : IOperatorGradient
{
    public string Operator => "Relu";

    // The output is positive exactly where the input is; at zero the derivative is taken as zero.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var isPositive = graph.Indicator(graph.Node("Greater", [node.Proto.Output[0], graph.Scalar(0)]));
        node.Give(0, graph.Node("Mul", [node.OutputGradient, isPositive]));
    }
}
