namespace ModelOptimizer.Methods.Common;

/// <summary>The windows that a convolution sees, as the columns of a matrix. Windows are slowest and samples fastest.</summary>
internal static class PatchMatrix
{
    /// <summary>Writes the windows of some images; what is padding stays as it is.</summary>
    /// <param name="patches">(channels·taps)×(windows·<paramref name="samples"/>), a column for every window of every sample.</param>
    /// <param name="images">The images' numbers in row-major order.</param>
    /// <param name="shape">Their shape, N×C×W or N×C×H×W.</param>
    /// <param name="window">The window, its pads explicit.</param>
    /// <param name="output">Spatial extents of the convolution's output.</param>
    /// <param name="samples">Samples in all of <paramref name="patches"/>.</param>
    /// <param name="first">Which of them the first image is.</param>
    public static void Fill(Matrix patches, double[] images, long[] shape, ConvGeometry window, long[] output, int samples, int first)
    {
        var (batch, channels) = ((int)shape[0], (int)shape[1]);
        // A 1-D convolution is one of height 1.
        var flat = window.Kernel.Length == 1;
        var (height, width) = flat ? (1, (int)shape[2]) : ((int)shape[2], (int)shape[3]);
        var (outHeight, outWidth) = flat ? (1, (int)output[0]) : ((int)output[0], (int)output[1]);
        int Of(int[] values, int axis) => flat ? (axis == 0 ? 1 : values[0]) : values[axis];
        var (top, left) = flat ? (0, window.Pads[0]) : (window.Pads[0], window.Pads[1]);
        Parallel.For(0, patches.Rows, row =>
        {
            var target = patches.Row(row);
            var (channel, tap) = (row / window.Taps, row % window.Taps);
            var (tapY, tapX) = (tap / Of(window.Kernel, 1) * Of(window.Dilations, 0), tap % Of(window.Kernel, 1) * Of(window.Dilations, 1));
            for (var place = 0; place < outHeight * outWidth; place++)
            {
                var y = (place / outWidth * Of(window.Strides, 0)) + tapY - top;
                var x = (place % outWidth * Of(window.Strides, 1)) + tapX - left;
                if (y < 0 || y >= height || x < 0 || x >= width)
                {
                    continue;
                }

                for (var sample = 0; sample < batch; sample++)
                {
                    target[(place * samples) + first + sample] = images[((((sample * channels) + channel) * height) + y) * width + x];
                }
            }
        });
    }
}
