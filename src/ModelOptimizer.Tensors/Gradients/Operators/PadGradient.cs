using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class PadGradient : IOperatorGradient
{
    public string Operator => "Pad";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var shape = node.InputShape(0);
        var pads = Pads(node, shape.Length);
        var mode = node.Proto.Text("mode", "constant");
        if (mode != "constant")
        {
            node.Give(0, SumOfCopies(node, shape, pads, mode));
            return;
        }

        var inside = graph.Pad(node.OutputGradient, [.. pads.Select(pad => -pad)]);
        node.Give(0, inside);
        if (node.Wants(2))
        {
            node.Give(2, graph.Sub(graph.SumTo(node.OutputGradient, node.OutputShape(), node.InputShape(2)), graph.SumTo(inside, shape, node.InputShape(2))));
        }
    }

    private static long[] Pads(BackwardNode node, int rank)
    {
        var given = node.Proto.Ints("pads") ?? node.ConstantIntegers(1)!;
        if (node.ConstantIntegers(3) is not { } axes)
        {
            return given;
        }

        var pads = new long[2 * rank];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            pads[axis] = given[i];
            pads[rank + axis] = given[axes.Length + i];
        }

        return pads;
    }

    // Along every axis the output reads the input at known indices, some of them several times.
    private static string SumOfCopies(BackwardNode node, long[] shape, long[] pads, string mode)
    {
        var sum = node.OutputGradient;
        var current = (long[])node.OutputShape().Clone();
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (pads[axis] == 0 && pads[shape.Length + axis] == 0)
            {
                continue;
            }

            var extent = shape[axis];
            var count = current[axis];
            var before = pads[axis];
            current[axis] = extent;
            long[] indices = [.. Enumerable.Range(0, (int)count).Select(position => Source(position - before, extent, mode))];
            sum = node.Graph.SumAtIndices(sum, node.Graph.Constant(indices), count, current, axis);
        }

        return sum;
    }

    private static long Source(long position, long extent, string mode)
    {
        switch (mode)
        {
            case "edge":
                return Math.Clamp(position, 0, extent - 1);
            case "wrap":
                return ((position % extent) + extent) % extent;
            default:
                var period = Math.Max(2 * (extent - 1), 1);
                var folded = ((position % period) + period) % period;
                return Math.Min(folded, period - folded);
        }
    }
}
