using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Methods.LowRank.Rewriting;

/// <summary>An inference BatchNormalization as y = Scale·x + Shift.</summary>
internal sealed record NormalizationScale(double[] Scale, double[] Shift)
{
    public static NormalizationScale Read(NodeProto node, ConstantLookup constants)
    {
        double[] Values(int input) => WeightValues.ReadDoubles(constants[node.Input[input]]);
        var (gamma, beta, mean, variance) = (Values(1), Values(2), Values(3), Values(4));
        var epsilon = node.Float("epsilon", 1e-5f);
        var scale = gamma.Zip(variance, (g, v) => g / Math.Sqrt(v + epsilon)).ToArray();
        return new NormalizationScale(scale, [.. beta.Select((b, t) => b - (mean[t] * scale[t]))]);
    }

    /// <summary>The bias of the layer with this folded in.</summary>
    public double[] Bias(double[]? bias) => [.. Shift.Select((shift, t) => shift + ((bias?[t] ?? 0) * Scale[t]))];
}
