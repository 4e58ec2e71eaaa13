namespace ModelOptimizer.Methods.Quantization;

/// <summary>A bias with other numbers.</summary>
internal sealed record MovedBias(string Name, double[] Values)
{
    /// <summary>Writes them into <paramref name="model"/>.</summary>
    public void Apply(OnnxModel model) => WeightValues.Write(new ConstantLookup(model.Graph)[Name], Values);
}

/// <summary>
/// Moves the mean error of a layer's outputs into its bias: the squared error falls by its square. A layer without a bias of its own keeps the error: another bias would
/// be another node, and in front of a padded convolution it would not be the same at the border.
/// </summary>
internal sealed class BiasMove(OnnxModel model)
{
    private readonly ConstantLookup _constants = new(model.Graph);
    private readonly TensorUses _uses = new(model.Proto);

    /// <summary>The bias of <paramref name="layer"/> with <paramref name="shift"/> added to its outputs; null where it has none that is its own.</summary>
    public MovedBias? Find(WeightLayer layer, double[] shift)
    {
        var (bias, isKnown) = StoredBias.Read(layer, model, _constants);
        if (!isKnown || bias is null || layer.Beta == 0 || _uses.OnlyReader(layer.Bias!) is null || _constants.Find(layer.Bias) is not { } constant
            || ElementTypes.Count(constant.Tensor.Dims) != shift.Length || (constant.Node is not null && constant.Node.Attribute("value") is null))
        {
            return null;
        }

        // y = α·x·W + β·C
        double[] moved = [.. bias.Zip(shift, (value, error) => value + (layer.Alpha / layer.Beta * error))];
        return WeightValues.Fits(constant.Tensor.DataType, moved) ? new MovedBias(constant.Name, moved) : null;
    }
}
