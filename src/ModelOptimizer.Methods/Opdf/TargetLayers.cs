using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Opdf;

/// <summary>Which weights can be over-parameterised: those of Gemm, MatMul and Conv. Biases, embeddings and normalisations are no layers here and stay as they are.</summary>
internal static class TargetLayers
{
    /// <summary>Why a layer's weight is not cut into tensors; null when it can be.</summary>
    public static string? Obstacle(WeightLayer layer, ConstantLookup constants) => layer switch
    {
        { Obstacle: { } obstacle } => obstacle,
        { ElementType: not (int)DataType.Float } => "its weight is not float32",
        { Window: { Group: > 1 } window } when window.Group == layer.InputChannels => "it is depth-wise: one filter for each channel",
        _ => IsFinite(layer, constants) ? null : "its weight has numbers that are not finite",
    };

    /// <summary>Whether a layer without an obstacle has a decomposition.</summary>
    public static bool IsFinite(WeightLayer layer, ConstantLookup constants) => WeightValues.ReadDoubles(constants[layer.Weight]).All(double.IsFinite);
}
