using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ReshapingGradient(string op) : IOperatorGradient
{
    public string Operator => op;

    public void Backward(BackwardNode node)
    {
        node.Give(0, node.Graph.Reshape(node.OutputGradient, node.InputShape(0)));
    }
}
