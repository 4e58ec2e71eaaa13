using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ClipGradient : IOperatorGradient
{
    public string Operator => "Clip";

    // What was clipped is what differs from the output, in whatever form the version gives the bounds.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var y = node.Proto.Output[0];
        if (node.Wants(0))
        {
            node.Give(0, graph.OnlyWhere(graph.Equal(x, y), node.OutputGradient));
        }

        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.OnlyWhere(graph.Less(x, y), node.OutputGradient));
        }

        if (node.Wants(2))
        {
            node.GiveBroadcast(2, graph.OnlyWhere(graph.Greater(x, y), node.OutputGradient));
        }
    }
}
