using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class LeakyReluGradient : IOperatorGradient
{
    public string Operator => "LeakyRelu";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var alpha = node.Proto.Float("alpha", 0.01f);
        var slope = graph.Add(graph.Mul(graph.Indicator(graph.IsPositive(x)), 1 - alpha), alpha);
        node.Give(0, graph.Mul(node.OutputGradient, slope));
    }
}
