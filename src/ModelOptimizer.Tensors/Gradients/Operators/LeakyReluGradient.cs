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
        var slope = graph.Where(graph.IsPositive(x), graph.Scalar(1), graph.Scalar(node.Proto.Float("alpha", 0.01f)));
        node.Give(0, graph.Mul(node.OutputGradient, slope));
    }
}
