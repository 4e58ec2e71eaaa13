using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class SplitGradient : IOperatorGradient
{
    public string Operator => "Split";

    public void Backward(BackwardNode node)
    {
        var axis = node.Axis(absent: 0);
        int[] used = [.. Enumerable.Range(0, node.Proto.Output.Count).Where(output => node.OutputGradientAt(output) is not null)];
        if (used is [var only])
        {
            var rank = node.InputShape(0).Length;
            var pads = new long[2 * rank];
            pads[axis] = Enumerable.Range(0, only).Sum(output => node.OutputShape(output)[axis]);
            pads[rank + axis] = node.InputShape(0)[axis] - pads[axis] - node.OutputShape(only)[axis];
            node.Give(0, node.Graph.Padded(node.OutputGradientAt(only)!, pads));
            return;
        }

        var parts = Enumerable.Range(0, node.Proto.Output.Count).Select(output => node.OutputGradientAt(output) ?? node.Graph.Filled(0, node.OutputShape(output)));
        node.Give(0, node.Graph.Concat([.. parts], axis));
    }
}
