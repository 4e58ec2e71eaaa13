using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

/// <summary>A sliding window by ONNX's definition, for the reference operators.</summary>
internal sealed record ReferenceWindow(long[] Input, long[] Output, long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End)
{
    public static ReferenceWindow Of(NodeProto node, long[] kernel, long[] input)
    {
        var window = Stated(node, kernel, input, []);
        var automatic = node.Text("auto_pad", "NOTSET");
        if (automatic.StartsWith("SAME", StringComparison.Ordinal))
        {
            long[] same = [.. input.Select((extent, axis) => (extent + window.Strides[axis] - 1) / window.Strides[axis])];
            long[] total = [.. input.Select((extent, axis) => Math.Max(0, ((same[axis] - 1) * window.Strides[axis]) + window.Extent(axis) - extent))];
            window = window.Padded(total, automatic == "SAME_UPPER");
        }

        var ceil = node.Int("ceil_mode", 0) != 0;
        return window with { Output = [.. input.Select((_, axis) => window.Positions(axis, ceil))] };
    }

    public static ReferenceWindow OfTransposed(NodeProto node, long[] kernel, long[] small)
    {
        var window = Stated(node, kernel, [], small);
        var added = node.Ints("output_padding") ?? new long[kernel.Length];
        var automatic = node.Text("auto_pad", "NOTSET");
        long[] full = [.. small.Select((extent, axis) => ((extent - 1) * window.Strides[axis]) + added[axis] + window.Extent(axis))];
        var shape = node.Ints("output_shape");
        if (shape is null && automatic.StartsWith("SAME", StringComparison.Ordinal))
        {
            shape = [.. small.Select((extent, axis) => extent * window.Strides[axis])];
        }

        if (shape is not null)
        {
            window = window.Padded([.. full.Zip(shape, (all, wanted) => all - wanted)], automatic == "SAME_UPPER");
        }

        return window with { Input = [.. full.Select((all, axis) => all - window.Begin[axis] - window.End[axis])] };
    }

    /// <summary>Where a tap lies in the input, for an output element.</summary>
    public long[] Position(long[] output, long[] tap) => [.. output.Select((o, axis) => (o * Strides[axis]) + (tap[axis] * Dilations[axis]) - Begin[axis])];

    public bool IsInside(long[] position) => position.Zip(Input, (at, extent) => at >= 0 && at < extent).All(inside => inside);

    public bool IsInsidePadding(long[] position) => position.Select((at, axis) => at < Input[axis] + End[axis]).All(inside => inside);

    private static ReferenceWindow Stated(NodeProto node, long[] kernel, long[] input, long[] output)
    {
        var rank = kernel.Length;
        var ones = Enumerable.Repeat(1L, rank).ToArray();
        var pads = node.Ints("pads") ?? new long[2 * rank];
        return new ReferenceWindow(input, output, kernel, node.Ints("strides") ?? ones, node.Ints("dilations") ?? ones, pads[..rank], pads[rank..]);
    }

    private long Extent(int axis) => ((Kernel[axis] - 1) * Dilations[axis]) + 1;

    private long Positions(int axis, bool ceil)
    {
        var room = Input[axis] + Begin[axis] + End[axis] - Extent(axis);
        var count = ((ceil ? room + Strides[axis] - 1 : room) / Strides[axis]) + 1;

        // A window that begins in the padding at the end is left out.
        return ceil && (count - 1) * Strides[axis] >= Input[axis] + Begin[axis] ? count - 1 : count;
    }

    private ReferenceWindow Padded(long[] total, bool moreAtEnd) => this with
    {
        Begin = [.. total.Select(pad => moreAtEnd ? pad / 2 : pad - (pad / 2))],
        End = [.. total.Select(pad => moreAtEnd ? pad - (pad / 2) : pad / 2)],
    };
}
