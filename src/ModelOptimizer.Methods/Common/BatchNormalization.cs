namespace ModelOptimizer.Methods.Common;

/// <summary>An inference BatchNormalization as y = Scale·x + Shift.</summary>
internal sealed record BatchNormalization(double[] Scale, double[] Shift)
{
    /// <summary>Whether there is one behind <paramref name="layer"/>, and it can be a part of the layer.</summary>
    public static bool IsFoldable(WeightLayer layer, ConstantLookup constants) =>
        layer.BatchNormalization is not null && !layer.IsBiasGiven && (layer.Bias is null || constants.Find(layer.Bias) is not null);

    /// <summary>The one that <paramref name="node"/> is.</summary>
    public static BatchNormalization Read(NodeProto node, ConstantLookup constants)
    {
        double[] Values(int input) => WeightValues.ReadDoubles(constants[node.Input[input]]);
        var (gamma, beta, mean, variance) = (Values(1), Values(2), Values(3), Values(4));
        var epsilon = node.Float("epsilon", 1e-5f);
        var scale = gamma.Zip(variance, (g, v) => g / Math.Sqrt(v + epsilon)).ToArray();
        return new BatchNormalization(scale, [.. beta.Select((b, t) => b - (mean[t] * scale[t]))]);
    }

    /// <summary>Folds this into the rows of a weight, of which the first belongs to the output <paramref name="first"/>.</summary>
    public void ScaleRows(Matrix weight, int first = 0)
    {
        for (var row = 0; row < weight.Rows; row++)
        {
            foreach (ref var value in weight.Row(row))
            {
                value *= Scale[first + row];
            }
        }
    }

    /// <summary>The bias of the layer with this folded in.</summary>
    public double[] Bias(double[]? bias) => [.. Shift.Select((shift, t) => shift + ((bias?[t] ?? 0) * Scale[t]))];
}
