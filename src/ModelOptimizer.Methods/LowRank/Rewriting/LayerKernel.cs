namespace ModelOptimizer.Methods.LowRank;

/// <summary>A layer's numbers in the form of the algorithm.</summary>
/// <param name="Groups">One T×D matrix per channel group, channel-major.</param>
/// <param name="Bias">The bias that goes with them; null when there is none or it is not a constant that stays.</param>
/// <param name="Folded">Whether a BatchNormalization is in them.</param>
internal sealed record LayerKernel(IReadOnlyList<Matrix> Groups, double[]? Bias, bool Folded)
{
    /// <summary>Reads the weight, and multiplies the following BatchNormalization in when <paramref name="fold"/> and there is one.</summary>
    public static LayerKernel Read(WeightLayer layer, ConstantLookup constants, bool fold)
    {
        // A Gemm's C may also be a column or a whole matrix: not a bias.
        var isRow = !layer.IsBiasGiven && constants.Find(layer.Bias)?.Tensor.Dims.SkipLast(1).All(extent => extent == 1) == true;
        var bias = isRow ? WeightValues.ReadDoubles(constants[layer.Bias!]) : null;
        var groups = Split(layer, StoredWeight.Read(layer, constants[layer.Weight]));
        if (!fold || !BatchNormalization.IsFoldable(layer, constants))
        {
            return new LayerKernel(groups, bias, Folded: false);
        }

        var normalization = BatchNormalization.Read(layer.BatchNormalization!, constants);
        for (var group = 0; group < groups.Length; group++)
        {
            normalization.ScaleRows(groups[group], group * groups[0].Rows);
        }

        return new LayerKernel(groups, normalization.Bias(bias), Folded: true);
    }

    /// <summary>The bias as it is added, one number per output; null when there is none of that form.</summary>
    public double[]? MovableBias(WeightLayer layer)
    {
        if (Bias is null || (Bias.Length != layer.OutputChannels && Bias.Length != 1))
        {
            return null;
        }

        return [.. Enumerable.Range(0, layer.OutputChannels).Select(t => layer.Beta * Bias[Bias.Length == 1 ? 0 : t])];
    }

    /// <summary>The extents of <paramref name="layer"/>.</summary>
    public static FactorShape ShapeOf(WeightLayer layer)
    {
        var groups = layer.Groups;
        return new FactorShape(layer.OutputChannels / groups, layer.InputChannels / groups, layer.Window?.Taps ?? 1, groups);
    }

    private static Matrix[] Split(WeightLayer layer, Matrix weight)
    {
        var shape = ShapeOf(layer);
        var length = shape.Outputs * weight.Columns;
        return
        [
            .. Enumerable
                .Range(0, shape.Groups)
                .Select(group => new Matrix(shape.Outputs, weight.Columns, weight.Values.AsSpan(group * length, length).ToArray())),
        ];
    }
}
