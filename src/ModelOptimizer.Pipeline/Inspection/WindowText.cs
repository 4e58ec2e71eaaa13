using ModelOptimizer.Onnx.Layers;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>A convolution's window in a few characters.</summary>
internal static class WindowText
{
    /// <summary><c>3×3 stride 2 group 4</c>: what is 1 is not said.</summary>
    public static string Of(ConvGeometry? window) => window is null
        ? ""
        : string.Join(' ', new[] { string.Join('×', window.Kernel), Part("stride", window.Strides), Part("dilation", window.Dilations), Part("group", [window.Group]) }.Where(part => part.Length > 0));

    private static string Part(string name, int[] values) => Array.TrueForAll(values, value => value == 1)
        ? ""
        : $"{name} {(values.Distinct().Count() == 1 ? $"{values[0]}" : string.Join('×', values))}";
}
