using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Where elements stand.</summary>
internal static class ArrangementRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Concat"] = Concat,
        ["DepthToSpace"] = DepthToSpace,
        ["Expand"] = node => node.GiveBroadcast(0, node.OutputGradient),
        ["Flatten"] = Reshape,
        ["Pad"] = Pad,
        ["Reshape"] = Reshape,
        ["Resize"] = Resampling.Give,
        ["SpaceToDepth"] = SpaceToDepth,
        ["Split"] = Split,
        ["Squeeze"] = Reshape,
        ["Transpose"] = Transpose,
        ["Unsqueeze"] = Reshape,
        ["Upsample"] = Resampling.Give,
    };

    private static void Concat(BackwardNode node)
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

    private static void Pad(BackwardNode node)
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

    // Depth and space as six axes: [N, b, b, C, H, W] in depth's order, or [N, C, b, b, H, W] with the mode CRD, and [N, C, H, b, W, b] in space's.
    private static void DepthToSpace(BackwardNode node)
    {
        var (input, block) = (node.InputShape(0), node.Proto.Int("blocksize", 1));
        long[] order = node.Proto.Text("mode", "DCR") == "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
        var space = node.Graph.Reshape(node.OutputGradient, input[0], node.OutputShape()[1], input[2], block, input[3], block);
        node.Give(0, node.Graph.Reshape(node.Graph.Transpose(space, order), input));
    }

    private static void SpaceToDepth(BackwardNode node)
    {
        var (input, output, block) = (node.InputShape(0), node.OutputShape(), node.Proto.Int("blocksize", 1));
        var depth = node.Graph.Reshape(node.OutputGradient, input[0], block, block, input[1], output[2], output[3]);
        node.Give(0, node.Graph.Reshape(node.Graph.Transpose(depth, 0, 3, 4, 1, 5, 2), input));
    }

    private static void Split(BackwardNode node)
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

        var parts = Enumerable
            .Range(0, node.Proto.Output.Count)
            .Select(output => node.OutputGradientAt(output) ?? node.Graph.Filled(0, node.OutputShape(output)));
        node.Give(0, node.Graph.Concat([.. parts], axis));
    }

    private static void Transpose(BackwardNode node)
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

    private static void Reshape(BackwardNode node) => node.Give(0, node.Graph.Reshape(node.OutputGradient, node.InputShape(0)));
}
