using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>Reads a Conv node's window, with ONNX's defaults for what is absent.</summary>
internal static class ConvWindow
{
    /// <summary>The window, or why there is none; a window with a reason is one that no method takes.</summary>
    public static (ConvGeometry? Window, string? Obstacle) Read(NodeProto node, long[] weightShape)
    {
        var kernel = weightShape[2..];
        var rank = kernel.Length;
        var strides = node.Ints("strides") ?? Repeat(1, rank);
        var dilations = node.Ints("dilations") ?? Repeat(1, rank);
        var pads = node.Ints("pads") ?? Repeat(0, 2 * rank);
        var group = node.Int("group", 1);
        var autoPad = node.Text("auto_pad", "NOTSET");
        if (autoPad == "VALID")
        {
            (autoPad, pads) = ("NOTSET", Repeat(0, 2 * rank));
        }

        if (node.Ints("kernel_shape") is { } stated && !stated.SequenceEqual(kernel))
        {
            return (null, $"its kernel_shape [{string.Join(", ", stated)}] is not that of its weight [{string.Join(", ", kernel)}]");
        }

        var possible = strides.Length == rank && strides.All(IsPositive) && dilations.Length == rank && dilations.All(IsPositive)
            && pads.Length == 2 * rank && pads.All(pad => pad is >= 0 and <= int.MaxValue) && kernel.All(IsPositive)
            && IsPositive(group) && weightShape[0] % group == 0 && autoPad is ("NOTSET" or "SAME_UPPER" or "SAME_LOWER");
        if (!possible)
        {
            return (null, "its attributes do not describe a possible window");
        }

        var window = new ConvGeometry(ToInts(kernel), ToInts(strides), ToInts(pads), ToInts(dilations), (int)group, autoPad);
        return (window, rank > 2 ? $"its kernel has {rank} spatial dimensions; 1 and 2 are supported" : null);
    }

    private static bool IsPositive(long value) => value is > 0 and <= int.MaxValue;

    private static long[] Repeat(long value, int count) => [.. Enumerable.Repeat(value, count)];

    private static int[] ToInts(long[] values) => Array.ConvertAll(values, value => (int)value);
}
