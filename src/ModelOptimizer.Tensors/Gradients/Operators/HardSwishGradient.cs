using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class HardSwishGradient : IOperatorGradient
{
    public string Operator => "HardSwish";

    // y = x (x + 3)/6 between −3 and 3; zero below, x above.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var inner = graph.Add(graph.Mul(x, 1f / 3), 0.5f);
        var outer = graph.Indicator(graph.IsPositive(x));
        var isInner = graph.Less(graph.Node("Abs", [x]), graph.Scalar(3));
        node.Give(0, graph.Mul(node.OutputGradient, graph.Where(isInner, inner, outer)));
    }
}
