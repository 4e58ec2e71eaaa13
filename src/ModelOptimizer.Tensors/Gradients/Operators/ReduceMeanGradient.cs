using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReduceMeanGradient : IOperatorGradient
{
    public string Operator => "ReduceMean";

    public void Backward(BackwardNode node)
    {
        var reduction = new Reduction(node);
        var share = node.Graph.Mul(reduction.WithAxes(node.OutputGradient), 1f / reduction.Count);
        node.Give(0, node.Graph.Node("Expand", [share, node.Graph.Constant(node.InputShape(0))]));
    }
}
