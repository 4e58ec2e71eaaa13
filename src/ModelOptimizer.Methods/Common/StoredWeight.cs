namespace ModelOptimizer.Methods.Common;

/// <summary>
/// W as T×D, one row per output channel, and as a layer stores it: a Conv's columns are channels and then taps, a MatMul and a Gemm without transB store the
/// transpose, a recurrent cell has its rows in directions, and a ConvTranspose is the kernel of the convolution that does the same, with its taps in reverse
/// and its channels the other way round.
/// </summary>
internal static class StoredWeight
{
    /// <summary>Whether the tensor in the file is D×T.</summary>
    public static bool IsTransposed(WeightLayer layer) => layer.Kind is LayerKind.Gemm or LayerKind.MatMul && !layer.TransB;

    /// <summary>The stored shape of a <paramref name="rows"/>×<paramref name="columns"/> weight.</summary>
    public static long[] Dims(WeightLayer layer, int rows, int columns) => layer.Kind switch
    {
        LayerKind.Conv => [rows, columns / layer.Window!.Taps, .. layer.WeightShape[2..]],
        LayerKind.ConvTranspose => [columns / layer.Window!.Taps, rows, .. layer.WeightShape[2..]],
        LayerKind.Recurrent => [layer.WeightShape[0], rows / layer.WeightShape[0], columns],
        _ => IsTransposed(layer) ? [columns, rows] : [rows, columns],
    };

    /// <summary>The numbers in the order of <see cref="Dims"/>.</summary>
    public static double[] Values(WeightLayer layer, Matrix weight) =>
        layer.Kind == LayerKind.ConvTranspose ? Turned(weight.Values, weight.Rows, layer.Window!.Taps)
        : (IsTransposed(layer) ? weight.Transpose() : weight).Values;

    /// <summary>W of a layer whose weight is <paramref name="tensor"/>.</summary>
    public static Matrix Read(WeightLayer layer, TensorProto tensor)
    {
        var values = WeightValues.ReadDoubles(tensor);
        var columns = values.Length / layer.OutputChannels;
        if (layer.Kind == LayerKind.ConvTranspose)
        {
            return new Matrix(layer.OutputChannels, columns, Turned(values, layer.InputChannels, layer.Window!.Taps));
        }

        return IsTransposed(layer) ? new Matrix(columns, layer.OutputChannels, values).Transpose() : new Matrix(layer.OutputChannels, columns, values);
    }

    /// <summary>A×B×K numbers as B×A×K, with the taps K in reverse: its own inverse.</summary>
    public static double[] Turned(double[] values, int first, int taps)
    {
        var second = values.Length / first / taps;
        var turned = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (a, b, k) = (i / (second * taps), i / taps % second, i % taps);
            turned[(((b * first) + a) * taps) + taps - 1 - k] = values[i];
        }

        return turned;
    }
}

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

        if (
            GivenTensors.Of(model.Proto).Contains(layer.Bias)
            || constants.Find(layer.Bias)?.Tensor is not { } tensor
            || tensor.Dims.SkipLast(1).Any(extent => extent != 1)
        )
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

/// <summary>A constant with other numbers.</summary>
internal sealed record NewNumbers(string Name, double[] Values)
{
    /// <summary>Writes them into <paramref name="model"/>.</summary>
    public void Apply(OnnxModel model) => WeightValues.Write(new ConstantLookup(model.Graph)[Name], Values);
}

/// <summary>
/// Moves the mean error of a layer's outputs into its bias: the squared error falls by its square. A layer without a bias of its own keeps the error: another
/// bias would be another node, and in front of a padded convolution it would not be the same at the border.
/// </summary>
internal sealed class BiasMove(OnnxModel model)
{
    private readonly ConstantLookup _constants = new(model.Graph);
    private readonly TensorUses _uses = new(model.Proto);

    /// <summary>The bias of <paramref name="layer"/> with <paramref name="shift"/> added to its outputs; null where it has none that is its own.</summary>
    public NewNumbers? Find(WeightLayer layer, double[] shift)
    {
        var (bias, isKnown) = StoredBias.Read(layer, model, _constants);
        if (
            !isKnown
            || bias is null
            || layer.Beta == 0
            || _uses.OnlyReader(layer.Bias!) is null
            || _constants.Find(layer.Bias) is not { } constant
            || ElementTypes.Count(constant.Tensor.Dims) != shift.Length
            || (constant.Node is not null && constant.Node.Attribute("value") is null)
        )
        {
            return null;
        }

        // y = α·x·W + β·C
        double[] moved = [.. bias.Zip(shift, (value, error) => value + (layer.Alpha / layer.Beta * error))];
        return WeightValues.Fits(constant.Tensor.DataType, moved) ? new NewNumbers(constant.Name, moved) : null;
    }
}
