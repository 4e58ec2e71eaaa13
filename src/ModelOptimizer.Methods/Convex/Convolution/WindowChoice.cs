namespace ModelOptimizer.Methods.Convex;

/// <summary>The window of a student's gates and filters: it slides from the block's input to as many places as the block's output has.</summary>
internal static class WindowChoice
{
    /// <summary>The window, or why there is none.</summary>
    /// <param name="input">Shape of what enters, N×C×H×W.</param>
    /// <param name="output">Shape of what leaves, N×C×H×W.</param>
    /// <param name="kernel">Extent along both axes.</param>
    public static (ConvGeometry? Window, string? Obstacle) For(long[] input, long[] output, int kernel)
    {
        var (strides, pads) = (new int[2], new int[4]);
        for (var axis = 0; axis < 2; axis++)
        {
            var (large, small) = (input[axis + 2], output[axis + 2]);
            if (small > large)
            {
                return (null, $"its output is larger than its input ({small} places from {large})");
            }

            // The product of a block's strides is what it divides the extent by.
            var stride = Math.Max(1, (int)Math.Round((double)large / small));
            if (stride > kernel)
            {
                return (null, $"{kernel} taps at a stride of {stride} would leave out a part of its input; write 'kernel: {stride}' or more");
            }

            // Padding with which ⌊(large + pad − kernel)/stride⌋ + 1 is small; that of the published form, one less than the kernel, where it is among them.
            var least = ((small - 1) * stride) + kernel - large;
            var most = least + stride - 1;
            if (most < 0)
            {
                return (
                    null,
                    $"windows of {kernel} taps have {((large - kernel) / stride) + 1} places on its input, and its output has {small}; write 'kernel: "
                        + $"{kernel - most}' or more"
                );
            }

            var pad = (int)Math.Clamp(kernel - 1, Math.Max(0, least), most);
            (strides[axis], pads[axis], pads[axis + 2]) = (stride, pad / 2, pad - (pad / 2));
        }

        return (new ConvGeometry([kernel, kernel], strides, pads, [1, 1], 1, "NOTSET"), null);
    }
}
