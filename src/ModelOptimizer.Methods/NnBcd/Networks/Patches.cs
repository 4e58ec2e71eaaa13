using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.NnBcd.Networks;

/// <summary>
/// The windows that a convolution sees, as the columns of a matrix. Windows are slowest and samples fastest, so that filters×(windows·n), read with the same numbers as
/// (filters·windows)×n, is the flattened output that the next layer takes.
/// </summary>
internal static class Patches
{
    /// <summary>P, (channels·taps)×(windows·n).</summary>
    public static Matrix Read(MethodContext context, OnnxModel model, WeightLayer layer, IBatchSource calibration)
    {
        var samples = calibration.Count;
        long[] output = context.Shapes[layer.Node.Output[0]][2..];
        var windows = (int)output.Aggregate(1L, (product, extent) => product * extent);
        var patches = new Matrix(layer.InputChannels * layer.Window!.Taps, windows * samples);
        var first = 0;
        foreach (var (batch, values) in Activations.Read(context.Engine, model, [layer.Input], calibration))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var (image, shape) = (FloatingPoint.Read(values[0]), values[0].Shape);
            Fill(patches, image, shape, layer.Window.Resolve(shape[2..]), output, samples, first);
            first += (int)shape[0];
        }

        return patches;
    }

    private static void Fill(Matrix patches, double[] images, long[] shape, ConvGeometry window, long[] output, int samples, int first)
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
