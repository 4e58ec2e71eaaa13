namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class MulGradient : IOperatorGradient
{
    public string Operator => "Mul";

    public void Backward(BackwardNode node)
    {
        for (var input = 0; input < 2; input++)
        {
            if (node.Wants(input))
            {
                node.GiveBroadcast(input, node.Graph.Node("Mul", [node.OutputGradient, node.Input(1 - input)]));
            }
        }
    }
}
