using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class AbsGradient : IOperatorGradient
{
    public string Operator => "Abs";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        node.Give(0, graph.Mul(node.OutputGradient, graph.Node("Sign", [x])));
    }
}
