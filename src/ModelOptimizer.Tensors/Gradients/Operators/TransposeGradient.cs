using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class TransposeGradient : IOperatorGradient
{
    public string Operator => "Transpose";

    public void Backward(BackwardNode node)
    {
        var rank = node.InputShape(0).Length;
        var order = node.Proto.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)];
        var inverse = new long[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            inverse[order[axis]] = axis;
        }

        node.Give(0, node.Graph.Transpose(node.OutputGradient, inverse));
    }
}
