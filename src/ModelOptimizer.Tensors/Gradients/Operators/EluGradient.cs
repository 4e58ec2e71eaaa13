using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class EluGradient : IOperatorGradient
{
    public string Operator => "Elu";

    // Below zero y = α(eˣ − 1), so y' = y + α.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var y = node.Proto.Output[0];
        var slope = graph.Add(y, node.Proto.Float("alpha", 1));
        node.Give(0, graph.Where(graph.IsPositive(x), node.OutputGradient, graph.Mul(node.OutputGradient, slope)));
    }
}
