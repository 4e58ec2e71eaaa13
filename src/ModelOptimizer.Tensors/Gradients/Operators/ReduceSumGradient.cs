using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReduceSumGradient : IOperatorGradient
{
    public string Operator => "ReduceSum";

    public void Backward(BackwardNode node)
    {
        var reduction = new Reduction(node);
        node.Give(0, node.Graph.Node("Expand", [reduction.WithAxes(node.OutputGradient), node.Graph.Constant(node.InputShape(0))]));
    }
}
