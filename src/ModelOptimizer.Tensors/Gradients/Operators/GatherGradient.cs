using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class GatherGradient : IOperatorGradient
{
    public string Operator => "Gather";

    public void Backward(BackwardNode node)
    {
        var shape = node.InputShape(0);
        var axis = node.Axis(absent: 0);
        var count = node.InputShape(1).Aggregate(1L, (product, extent) => product * extent);
        if (count == 1 && node.Constant(1) is not null)
        {
            node.Give(0, PadBack(node, shape, axis));
            return;
        }

        node.Give(0, node.Graph.SumAtIndices(node.OutputGradient, node.Input(1), count, shape, axis));
    }

    // One known index is a slice.
    private static string PadBack(BackwardNode node, long[] shape, int axis)
    {
        var index = node.ConstantIntegers(1)![0];
        var start = index < 0 ? index + shape[axis] : index;
        var slice = (long[])shape.Clone();
        slice[axis] = 1;
        var pads = new long[2 * shape.Length];
        pads[axis] = start;
        pads[shape.Length + axis] = shape[axis] - start - 1;
        return node.Graph.Padded(node.Graph.Reshape(node.OutputGradient, slice), pads);
    }
}
