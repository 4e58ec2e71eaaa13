using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>Why a weight must stay as it is.</summary>
internal static class LayerObstacle
{
    public static string? OfWeight(WeightLayer layer, LayerScope scope)
    {
        if (scope.Constants.Find(layer.Weight) is not { } weight)
        {
            return scope.Behind(layer.Weight) is { } behind ? $"its weight passes through {behind.Operator} first"
                : scope.IsRebuilt(layer.Weight) ? "its weight is computed from other constants"
                : "its weight is not a constant";
        }

        if (WeightValues.Defect(weight.Tensor) is { } defect)
        {
            return $"its weight cannot be read: {defect}";
        }

        if (layer.WeightCount == 0)
        {
            return "its weight is empty";
        }

        if (scope.IsReplaceable(layer.Weight))
        {
            return "its weight is also an input of the graph";
        }

        if (scope.Uses.IsOutput(layer.Weight))
        {
            return "its weight is also an output of the graph";
        }

        var uses = scope.Uses.Of(layer.Weight);
        return uses > 1 ? $"its weight is shared: it is read {uses} times" : null;
    }
}
