using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>
/// The window of a convolution. Every array has one entry per spatial dimension, <see cref="Pads"/> two: all begins, then all ends (ONNX order).
/// </summary>
/// <param name="Kernel">Window extent.</param>
/// <param name="Strides">Step between windows.</param>
/// <param name="Pads">Zero padding, begins then ends; meaningless while <paramref name="AutoPad"/> is not <c>NOTSET</c>.</param>
/// <param name="Dilations">Step between taps.</param>
/// <param name="Group">Number of channel groups.</param>
/// <param name="AutoPad">
/// The node's <c>auto_pad</c>: <c>NOTSET</c>, or <c>SAME_UPPER</c>/<c>SAME_LOWER</c> when explicit pads depend on a spatial size that only a shape table knows
/// (<see cref="Resolve"/>). <c>VALID</c> is turned into zero pads on discovery.
/// </param>
internal sealed record ConvGeometry(int[] Kernel, int[] Strides, int[] Pads, int[] Dilations, int Group, string AutoPad)
{
    /// <summary>Number of taps, K = Kh·Kw.</summary>
    public int Taps => Kernel.Product();

    /// <summary>The same window with explicit pads for an input of <paramref name="spatial"/> size (ONNX <c>auto_pad</c> rules).</summary>
    public ConvGeometry Resolve(IReadOnlyList<long> spatial)
    {
        if (AutoPad == "NOTSET")
        {
            return this;
        }

        var rank = Kernel.Length;
        var pads = new int[2 * rank];
        for (var i = 0; i < rank; i++)
        {
            var output = (spatial[i] + Strides[i] - 1) / Strides[i];
            var extent = (Kernel[i] - 1) * Dilations[i] + 1;
            var total = (int)Math.Max(0, ((output - 1) * Strides[i]) + extent - spatial[i]);
            var small = total / 2;
            (pads[i], pads[i + rank]) = AutoPad == "SAME_LOWER" ? (total - small, small) : (small, total - small);
        }

        return this with { Pads = pads, AutoPad = "NOTSET" };
    }
}
