using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>Windows and convolutions in float64 by plain loops over positions: nothing of the product's im2col is in here.</summary>
internal static class Patches
{
    /// <summary>The convolution of x (n×c×h×w) with weights T×(c/g·kh·kw) of one group, pre-bias: [n][t][oh][ow] flattened, position major.</summary>
    public static List<double[]> Convolve(double[] x, long[] shape, ConvGeometry window, int group, Matrix weight)
    {
        var outputs = new List<double[]>();
        foreach (var patch in Windows(x, shape, window, group))
        {
            outputs.Add([.. Enumerable.Range(0, weight.Rows).Select(t => Enumerable.Range(0, patch.Length).Sum(d => weight[t, d] * patch[d]))]);
        }

        return outputs;
    }

    /// <summary>Every window of one channel group of x (n×c×h×w, or n×c×l), zero padding included, flattened as (s, h, w).</summary>
    public static IEnumerable<double[]> Windows(double[] x, long[] shape, ConvGeometry window, int group)
    {
        var flat = window.Kernel.Length == 1;
        var (channels, height, width) = (shape[1], flat ? 1 : shape[2], shape[^1]);
        var (kh, kw) = (flat ? 1 : window.Kernel[0], window.Kernel[^1]);
        var (sh, sw) = (flat ? 1 : window.Strides[0], window.Strides[^1]);
        var (dh, dw) = (flat ? 1 : window.Dilations[0], window.Dilations[^1]);
        var (top, left) = (flat ? 0 : window.Pads[0], window.Pads[flat ? 0 : 1]);
        var (bottom, right) = (flat ? 0 : window.Pads[2], window.Pads[^1]);
        var perGroup = (int)channels / window.Group;
        for (var n = 0; n < shape[0]; n++)
        {
            for (var y0 = -top; y0 + ((kh - 1) * dh) < height + bottom; y0 += sh)
            {
                for (var x0 = -left; x0 + ((kw - 1) * dw) < width + right; x0 += sw)
                {
                    var patch = new double[perGroup * kh * kw];
                    for (var d = 0; d < patch.Length; d++)
                    {
                        var (s, y, xx) = (d / (kh * kw), y0 + (d / kw % kh * dh), x0 + (d % kw * dw));
                        var inside = y >= 0 && y < height && xx >= 0 && xx < width;
                        patch[d] = inside ? x[((((n * channels) + (group * perGroup) + s) * height) + y) * width + xx] : 0;
                    }

                    yield return patch;
                }
            }
        }
    }
}
