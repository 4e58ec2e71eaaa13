using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ConcatGradient : IOperatorGradient
{
    public string Operator => "Concat";

    public void Backward(BackwardNode node)
    {
        var axis = node.Axis(absent: 1);
        var end = 0L;
        for (var input = 0; input < node.Proto.Input.Count; input++)
        {
            var start = end;
            end += node.InputShape(input)[axis];
            if (node.Wants(input))
            {
                node.Give(input, node.Graph.Slice(node.OutputGradient, [start], [end], [axis]));
            }
        }
    }
}
