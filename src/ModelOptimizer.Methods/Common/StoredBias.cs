namespace ModelOptimizer.Methods.Common;

/// <summary>The bias of a layer as one number for each output.</summary>
internal static class StoredBias
{
    /// <summary>The numbers, a Gemm's beta not in them; null when the layer has none. Not known when it is no such constant.</summary>
    public static (double[]? Bias, bool IsKnown) Read(WeightLayer layer, OnnxModel model, ConstantLookup constants)
    {
        if (layer.Bias is null)
        {
            return (null, true);
        }

        if (GivenTensors.Of(model.Proto).Contains(layer.Bias) || constants.Find(layer.Bias)?.Tensor is not { } tensor || tensor.Dims.SkipLast(1).Any(extent => extent != 1))
        {
            return (null, false);
        }

        var values = WeightValues.ReadDoubles(tensor);
        if (values.Length == 1)
        {
            return ([.. Enumerable.Repeat(values[0], layer.OutputChannels)], true);
        }

        return values.Length == layer.OutputChannels ? (values, true) : (null, false);
    }
}
