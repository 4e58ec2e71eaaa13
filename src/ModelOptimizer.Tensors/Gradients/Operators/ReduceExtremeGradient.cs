using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReduceExtremeGradient(string op) : IOperatorGradient
{
    public string Operator => op;

    // Equal elements share the gradient.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var reduction = new Reduction(node);
        var isExtreme = graph.Indicator(graph.Equal(node.Input(0), reduction.WithAxes(node.Proto.Output[0])));
        var ties = reduction.Axes.Length == 0 ? isExtreme : graph.ReduceSum(isExtreme, reduction.Axes);
        node.Give(0, graph.Mul(isExtreme, graph.Div(reduction.WithAxes(node.OutputGradient), ties)));
    }
}
