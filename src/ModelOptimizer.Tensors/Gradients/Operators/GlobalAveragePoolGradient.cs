using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class GlobalAveragePoolGradient : IOperatorGradient
{
    public string Operator => "GlobalAveragePool";

    public void Backward(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        var count = shape[2..].Aggregate(1L, (product, extent) => product * extent);
        var share = graph.Node("Mul", [node.OutputGradient, graph.Scalar(1f / count)]);
        node.Give(0, graph.Node("Expand", [share, graph.Constant(shape)]));
    }
}
