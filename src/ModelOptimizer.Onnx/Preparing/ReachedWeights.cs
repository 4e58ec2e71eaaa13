namespace ModelOptimizer.Onnx.Preparing;

/// <summary>Brings a model's weights to where methods look for them, without a change of what it computes.</summary>
internal static class ReachedWeights
{
    /// <summary><paramref name="model"/> with the weights of functions and sub-graphs in the main graph, in the form in which they are read.</summary>
    public static OnnxModel Of(OnnxModel model) => FormChains.Fold(BodyWeights.Lift(WeightFunctions.Inline(model)));
}
