using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class MeanGradient : IOperatorGradient
{
    public string Operator => "Mean";

    public void Backward(BackwardNode node)
    {
        var share = node.Graph.Mul(node.OutputGradient, 1f / node.Proto.Input.Count);
        for (var input = 0; input < node.Proto.Input.Count; input++)
        {
            node.GiveBroadcast(input, share);
        }
    }
}
