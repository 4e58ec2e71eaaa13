using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ErfGradient : IOperatorGradient
{
    private static readonly float LogOfFactor = (float)Math.Log(2 / Math.Sqrt(Math.PI));

    public string Operator => "Erf";

    // erf'(x) = 2/√π · exp(−x²), the factor inside the exponential
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var slope = graph.Exp(graph.Sub(LogOfFactor, graph.Mul(x, x)));
        node.Give(0, graph.Mul(node.OutputGradient, slope));
    }
}
