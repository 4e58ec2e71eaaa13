using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Where elements stand.</summary>
internal static class ArrangementRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Concat"] = Concat,
        ["Expand"] = node => node.GiveBroadcast(0, node.OutputGradient),
        ["Flatten"] = Reshape,
        ["Pad"] = Pad,
        ["Reshape"] = Reshape,
        ["Resize"] = Resize,
        ["Split"] = Split,
        ["Squeeze"] = Reshape,
        ["Transpose"] = Transpose,
        ["Unsqueeze"] = Reshape,
        ["Upsample"] = Resize,
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

    private static void Resize(BackwardNode node)
    {
        var (input, output) = (node.InputShape(0), node.OutputShape());
        if (node.Proto.Text("mode", "nearest") != "nearest" || input.Where((extent, axis) => output[axis] % extent != 0).Any() || !Repeats(node, input, output))
        {
            throw node.NoGradient("only nearest-neighbour enlargement by whole factors can be differentiated");
        }

        AxisMap?[] maps = [.. input.Select((extent, axis) => extent == output[axis] ? null : Repetition(extent, output[axis]))];
        node.Give(0, AxisMaps.Gradient(node.Graph, node.OutputGradient, output, maps));
    }

    // Whatever the rounding, a centre of half a pixel lies within its own repetitions; corner-aligned or uncentred coordinates do only when they are rounded
    // down.
    private static bool Repeats(BackwardNode node, long[] input, long[] output)
    {
        if (input.AsSpan().SequenceEqual(output) || node.Proto.OpType == "Upsample" || node.Graph.Opset < Opsets.ResizeCoordinates)
        {
            return true;
        }

        var rounding = node.Proto.Text("nearest_mode", "round_prefer_floor");
        return node.Proto.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel" => rounding.StartsWith("round", StringComparison.Ordinal),
            "asymmetric" => rounding == "floor",
            _ => false,
        };
    }

    private static AxisMap Repetition(long inputs, long outputs)
    {
        var map = new AxisMap(inputs, outputs);
        for (var output = 0L; output < outputs; output++)
        {
            map.Add(output, output / (outputs / inputs), 1);
        }

        return map;
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
