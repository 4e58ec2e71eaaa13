using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class GlobalMaxPoolGradient : IOperatorGradient
{
    public string Operator => "GlobalMaxPool";

    // Elements that tie for the maximum share the gradient equally.
    public void Backward(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        var isBelow = graph.Node("Less", [node.Input(0), node.Proto.Output[0]]);
        var isMaximum = graph.Node("Where", [isBelow, graph.Scalar(0), graph.Scalar(1)]);
        var ties = graph.ReduceSum(isMaximum, [.. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)]);
        node.Give(0, graph.Node("Mul", [isMaximum, graph.Node("Div", [node.OutputGradient, ties])]));
    }
}
