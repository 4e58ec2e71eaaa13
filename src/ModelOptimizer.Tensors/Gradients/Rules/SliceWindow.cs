using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Rules;

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
