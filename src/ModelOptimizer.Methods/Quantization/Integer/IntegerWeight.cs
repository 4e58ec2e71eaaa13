namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>A layer's weight and bias as integer kernels take them.</summary>
/// <param name="Codes">Codes in the order of the tensor.</param>
/// <param name="Scales">A scale for each output channel.</param>
/// <param name="Bias">Codes of the bias, in steps of the input's scale times the weight's; null for a layer without one.</param>
internal sealed record IntegerWeight(sbyte[] Codes, float[] Scales, int[]? Bias)
{
    // Sums of products are added to the bias in 32 bits.
    private const double LargestBias = 1 << 30;

    // What a channel without weights gives is its bias, in so many steps.
    private const double StepsOfConstant = 1 << 20;

    /// <summary>Codes for an input with steps of <paramref name="input"/>.</summary>
    /// <param name="tensor">The rounded weight.</param>
    /// <param name="axis">Its output channels.</param>
    /// <param name="bias">A number for each of them; null for none.</param>
    /// <param name="input">The scale of the layer's input.</param>
    public static IntegerWeight Of(RoundedTensor tensor, ChannelAxis axis, double[]? bias, float input)
    {
        float[] rounded = tensor.Scales.Length == 1 ? [.. Enumerable.Repeat(tensor.Scales[0], axis.Count)] : tensor.Scales;
        float[] scales = [.. rounded.Select((scale, channel) => Scale(scale, bias?[channel] ?? 0, input))];
        var codes = (sbyte[])tensor.Codes.Clone();
        for (var i = 0; i < codes.Length; i++)
        {
            var channel = i / axis.Inner % axis.Count;
            if (scales[channel] != rounded[channel])
            {
                codes[i] = (sbyte)tensor.Format.Code(WeightFormat.Value(codes[i], rounded[channel]), scales[channel]);
            }
        }

        return new(codes, scales, bias is null ? null : [.. bias.Zip(scales, (value, scale) => (int)Math.Round(value / Step(scale, input)))]);
    }

    /// <summary>The step of a bias, as the graph has it.</summary>
    public static float Step(float scale, float input) => scale * input;

    // A bias that is very large beside its weights asks for wider steps of these; it hides what they lose.
    private static float Scale(float scale, double bias, float input)
    {
        var least = Math.Abs(bias) / input / LargestBias;
        return scale > 0 ? (float)Math.Max(scale, least) : bias == 0 ? 1 : (float)(Math.Abs(bias) / input / StepsOfConstant);
    }
}
