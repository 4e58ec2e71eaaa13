using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class LogGradient : IOperatorGradient
{
    public string Operator => "Log";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        node.Give(0, graph.Div(node.OutputGradient, x));
    }
}
