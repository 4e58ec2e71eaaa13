using System.Numerics.Tensors;
using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Why a layer's numbers cannot be used.</summary>
internal static class NumericObstacle
{
    public static string? Find(FactorLayer layer, LowRankOptions options, ConstantLookup constants, SecondMoment? moment)
    {
        var kernel = LayerKernel.Read(layer.Layer, constants, options.Fold);
        if (!kernel.Groups.All(weight => double.IsFinite(TensorPrimitives.SumOfSquares<double>(weight.Values))))
        {
            return "its weight has numbers that are not finite";
        }

        if (kernel.Groups.All(weight => TensorPrimitives.SumOfSquares<double>(weight.Values) == 0))
        {
            return "its weight is zero";
        }

        if (moment is null)
        {
            return null;
        }

        if (!moment.Sigma.All(sigma => double.IsFinite(TensorPrimitives.Sum<double>(sigma.Values))))
        {
            return "its input on the calibration data is not finite";
        }

        if (moment.Sigma.All(sigma => TensorPrimitives.SumOfSquares<double>(sigma.Values) == 0))
        {
            return "its input on the calibration data is zero";
        }

        var movable = layer.Layer.Bias is null || kernel.MovableBias(layer.Layer) is not null;
        return options.Centred && !movable ? "its bias is not a constant vector, which the centred moment would move" : null;
    }
}
