using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Which elements are read.</summary>
internal static class SelectionRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Gather"] = Gather,
        ["ScatterND"] = ScatterND,
        ["Slice"] = Slice,
    };

    private static void Gather(BackwardNode node)
    {
        var shape = node.InputShape(0);
        var axis = node.Axis(absent: 0);
        var count = node.InputShape(1).Product();
        if (count == 1 && node.Constant(1) is not null)
        {
            node.Give(0, PadBack(node, shape, axis));
            return;
        }

        node.Give(0, node.Graph.SumAtIndices(node.OutputGradient, node.Input(1), count, shape, axis));
    }

    private static void ScatterND(BackwardNode node)
    {
        var (graph, gradient, reduction) = (node.Graph, node.OutputGradient, node.Proto.Text("reduction", "none"));
        if (reduction is not ("none" or "add"))
        {
            throw node.NoGradient($"a ScatterND with the reduction '{reduction}' cannot be differentiated");
        }

        // What is replaced does not reach the output.
        node.Give(0, reduction == "add" ? gradient : graph.Node("ScatterND", [gradient, node.Input(1), graph.Filled(0, node.InputShape(2))]));
        node.Give(2, graph.Node("GatherND", [gradient, node.Input(1)]));
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

    // Back in the order of the input, with zeros between what was read and around it; what the last stride has too many is cut.
    private static void Slice(BackwardNode node)
    {
        var graph = node.Graph;
        var window = new SliceWindow(node);
        var gradient = window.Reversed.Length == 0 ? node.OutputGradient : Reverse(graph, node.OutputGradient, node.OutputShape(), window.Reversed);
        gradient = window.Strides.All(stride => stride == 1) ? gradient : Interleave(graph, gradient, node.OutputShape(), window.Strides);

        var whole = node.InputShape(0);
        var pads = new long[2 * whole.Length];
        for (var axis = 0; axis < whole.Length; axis++)
        {
            pads[axis] = window.First[axis];
            pads[whole.Length + axis] = whole[axis] - window.First[axis] - (node.OutputShape()[axis] * window.Strides[axis]);
        }

        node.Give(0, graph.Padded(gradient, pads));
    }

    private static string Reverse(GraphWriter graph, string tensor, long[] shape, long[] axes) =>
        graph.Slice(tensor, [.. axes.Select(_ => -1L)], [.. axes.Select(axis => -shape[axis] - 1)], axes, [.. axes.Select(_ => -1L)]);

    private static string Interleave(GraphWriter graph, string tensor, long[] shape, long[] strides)
    {
        // A further axis of one element behind each, which is filled up with zeros and merged.
        long[] split = [.. shape.SelectMany(extent => new[] { extent, 1 })];
        long[] after = [.. strides.SelectMany(stride => new[] { 0, stride - 1 })];
        long[] merged = [.. shape.Zip(strides, (extent, stride) => extent * stride)];
        return graph.Reshape(graph.Pad(graph.Reshape(tensor, split), [.. after.Select(_ => 0L), .. after]), merged);
    }
}

/// <summary>What a <c>Slice</c> node reads, along every axis of its input.</summary>
internal sealed class SliceWindow
{
    public SliceWindow(BackwardNode node)
    {
        var whole = node.InputShape(0);
        var starts = node.Proto.Ints("starts") ?? node.ConstantIntegers(1)!;
        var axes = node.Proto.Ints("axes") ?? node.ConstantIntegers(3) ?? [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        var steps = node.ConstantIntegers(4) ?? [.. starts.Select(_ => 1L)];
        First = new long[whole.Length];
        Strides = [.. whole.Select(_ => 1L)];
        var reversed = new List<long>();
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = axes[i] < 0 ? axes[i] + whole.Length : axes[i];
            var extent = whole[axis];
            var start = Math.Clamp(starts[i] < 0 ? starts[i] + extent : starts[i], 0, steps[i] < 0 ? extent - 1 : extent);
            First[axis] = steps[i] < 0 ? start + (steps[i] * (node.OutputShape()[axis] - 1)) : start;
            Strides[axis] = Math.Abs(steps[i]);
            if (steps[i] < 0)
            {
                reversed.Add(axis);
            }
        }

        Reversed = [.. reversed];
    }

    /// <summary>The lowest index that is read.</summary>
    public long[] First { get; }

    /// <summary>The distance between two that are read.</summary>
    public long[] Strides { get; }

    /// <summary>The axes that are read from their end.</summary>
    public long[] Reversed { get; }
}
