namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class AddGradient : IOperatorGradient
{
    public string Operator => "Add";

    public void Backward(BackwardNode node)
    {
        node.GiveBroadcast(0, node.OutputGradient);
        node.GiveBroadcast(1, node.OutputGradient);
    }
}
