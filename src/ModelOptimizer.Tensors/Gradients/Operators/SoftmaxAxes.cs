namespace ModelOptimizer.Tensors.Gradients.Operators;

/// <summary>The axes over which a <c>Softmax</c> or <c>LogSoftmax</c> node normalises.</summary>
internal static class SoftmaxAxes
{
    // Before version 13 the tensor is a matrix whose rows are everything from the axis on.
    public static long[] Of(BackwardNode node)
    {
        if (node.Graph.Opset >= 13)
        {
            return [node.Axis(absent: -1)];
        }

        var first = node.Axis(absent: 1);
        return [.. Enumerable.Range(first, node.InputShape(0).Length - first).Select(axis => (long)axis)];
    }
}
