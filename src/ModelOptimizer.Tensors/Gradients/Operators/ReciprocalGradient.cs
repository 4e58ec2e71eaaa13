using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReciprocalGradient : IOperatorGradient
{
    public string Operator => "Reciprocal";

    // (1/x)' = −1/x² = −y²
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        node.Give(0, graph.Neg(graph.Mul(node.OutputGradient, graph.Mul(y, y))));
    }
}
