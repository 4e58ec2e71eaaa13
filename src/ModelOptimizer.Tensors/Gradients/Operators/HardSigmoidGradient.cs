using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class HardSigmoidGradient : IOperatorGradient
{
    public string Operator => "HardSigmoid";

    // The slope is α where 0 < y < 1, which is where y² < y.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var y = node.Proto.Output[0];
        var isSloped = graph.Less(graph.Mul(y, y), y);
        node.Give(0, graph.OnlyWhere(isSloped, graph.Mul(node.OutputGradient, node.Proto.Float("alpha", 0.2f))));
    }
}
