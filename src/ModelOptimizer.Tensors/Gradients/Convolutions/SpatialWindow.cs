using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// A window that slides over the larger of two tensors, one position for each element of the smaller one: position o reads o·stride + tap·dilation − begin.
/// One entry per spatial axis.
/// </summary>
internal sealed record SpatialWindow(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End)
{
    /// <summary>Number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Number of taps.</summary>
    public long Taps => Kernel.Product();

    /// <summary>From the first tap to the last, both counted.</summary>
    public long Extent(int axis) => ((Kernel[axis] - 1) * Dilations[axis]) + 1;

    /// <summary>Distance from the window's first element to <paramref name="tap"/>, given by its row-major number.</summary>
    public long[] Offset(long tap)
    {
        var offset = new long[Rank];
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            offset[axis] = tap % Kernel[axis] * Dilations[axis];
            tap /= Kernel[axis];
        }

        return offset;
    }

    /// <summary>The window of a convolution or pooling over <paramref name="large"/> with output <paramref name="small"/>, both spatial shapes.</summary>
    public static SpatialWindow Of(NodeProto node, long[] kernel, long[] large, long[] small)
    {
        var window = Stated(node, kernel);
        return node.Text("auto_pad", "NOTSET") switch
        {
            "SAME_UPPER" => window.Padded(Total(window, large, small), moreAtEnd: true),
            "SAME_LOWER" => window.Padded(Total(window, large, small), moreAtEnd: false),
            _ => window,
        };
    }

    /// <summary>The window of a transposed convolution from <paramref name="small"/> to <paramref name="large"/>.</summary>
    public static SpatialWindow OfTransposed(NodeProto node, long[] kernel, long[] large, long[] small)
    {
        var window = Stated(node, kernel);
        var automatic = node.Text("auto_pad", "NOTSET");
        if (automatic == "VALID" || (automatic == "NOTSET" && node.Ints("output_shape") is null))
        {
            return window;
        }

        var added = node.Ints("output_padding") ?? new long[kernel.Length];
        long[] total = [.. Total(window, large, small).Select((pad, axis) => pad + added[axis])];
        return window.Padded(total, moreAtEnd: automatic == "SAME_UPPER");
    }

    private static SpatialWindow Stated(NodeProto node, long[] kernel)
    {
        var rank = kernel.Length;
        var pads = node.Text("auto_pad", "NOTSET") == "NOTSET" ? node.Ints("pads") : null;
        pads ??= new long[2 * rank];
        return new SpatialWindow(kernel, node.Ints("strides") ?? Repeat(1, rank), node.Ints("dilations") ?? Repeat(1, rank), pads[..rank], pads[rank..]);
    }

    private static long[] Total(SpatialWindow window, long[] large, long[] small) =>
        [.. large.Select((extent, axis) => Math.Max(0, ((small[axis] - 1) * window.Strides[axis]) + window.Extent(axis) - extent))];

    private SpatialWindow Padded(long[] total, bool moreAtEnd) => this with
    {
        Begin = [.. total.Select(pad => moreAtEnd ? pad / 2 : pad - (pad / 2))],
        End = [.. total.Select(pad => moreAtEnd ? pad - (pad / 2) : pad / 2)],
    };

    private static long[] Repeat(long value, int count) => [.. Enumerable.Repeat(value, count)];
}
