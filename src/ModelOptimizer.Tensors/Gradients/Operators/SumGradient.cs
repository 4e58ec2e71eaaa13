namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SumGradient : IOperatorGradient
{
    public string Operator => "Sum";

    public void Backward(BackwardNode node)
    {
        for (var input = 0; input < node.Proto.Input.Count; input++)
        {
            node.GiveBroadcast(input, node.OutputGradient);
        }
    }
}
