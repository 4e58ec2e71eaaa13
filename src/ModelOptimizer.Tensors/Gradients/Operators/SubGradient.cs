using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SubGradient : IOperatorGradient
{
    public string Operator => "Sub";

    public void Backward(BackwardNode node)
    {
        node.GiveBroadcast(0, node.OutputGradient);
        if (node.Wants(1))
        {
            node.Give(1, node.Graph.Neg(node.Graph.SumTo(node.OutputGradient, node.OutputShape(), node.InputShape(1))));
        }
    }
}
