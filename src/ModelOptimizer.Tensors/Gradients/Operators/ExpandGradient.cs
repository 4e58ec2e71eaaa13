namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ExpandGradient : IOperatorGradient
{
    public string Operator => "Expand";

    public void Backward(BackwardNode node)
    {
        node.GiveBroadcast(0, node.OutputGradient);
    }
}
