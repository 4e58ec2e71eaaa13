using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReluGradient : IOperatorGradient
{
    public string Operator => "Relu";

    // The output is positive exactly where the input is; at zero the derivative is taken as zero.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        node.Give(0, graph.OnlyWhere(graph.IsPositive(node.Proto.Output[0]), node.OutputGradient));
    }
}
