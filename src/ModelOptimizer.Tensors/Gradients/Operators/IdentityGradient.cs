namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class IdentityGradient : IOperatorGradient
{
    public string Operator => "Identity";

    public void Backward(BackwardNode node)
    {
        node.Give(0, node.OutputGradient);
    }
}
