using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class WhereGradient : IOperatorGradient
{
    public string Operator => "Where";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.OnlyWhere(node.Input(0), node.OutputGradient));
        }

        if (node.Wants(2))
        {
            node.GiveBroadcast(2, graph.OnlyWhereNot(node.Input(0), node.OutputGradient));
        }
    }
}
