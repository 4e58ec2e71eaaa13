using ModelOptimizer.Onnx.Layers;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// What a second moment is of: the windows of <paramref name="Window"/> over the tensor <paramref name="Tensor"/> (N×C×spatial),
/// or, without a window, the vectors along the tensor's last dimension (its first, with <paramref name="Transposed"/>); with
/// <paramref name="Directions"/> those of each index of the second dimension of four, which are the hidden states of recurrent cells.
/// Two keys with the same content are the same statistic.
/// </summary>
internal sealed record MomentKey(string Tensor, ConvGeometry? Window, bool Transposed = false, int Directions = 1)
{
    /// <summary>The statistic of what <paramref name="layer"/> reads.</summary>
    public static MomentKey Of(WeightLayer layer) => new(layer.Input, layer.Window, layer.TransA, layer.Directions);

    /// <inheritdoc/>
    public bool Equals(MomentKey? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>All of it in one line.</summary>
    public string Text =>
        Window is null
            ? $"{Tensor}|{Transposed}|{Directions}"
            : $"{Tensor}|k{string.Join(',', Window.Kernel)}|s{string.Join(',', Window.Strides)}|p{string.Join(',', Window.Pads)}"
                + $"|d{string.Join(',', Window.Dilations)}|g{Window.Group}|{Window.AutoPad}|{string.Join(',', Window.Spread ?? [])}";
}
