namespace ModelOptimizer.Methods.Quantization;

/// <summary>What <c>quantize</c> can take: more than the layers that other methods can.</summary>
internal static class StorableWeights
{
    /// <summary>The method that takes them.</summary>
    public const string Method = "quantize";

    /// <summary>The weights of <paramref name="model"/> that can be stored in fewer bits, each by its first reader.</summary>
    public static IReadOnlyList<WeightLayer> Find(OnnxModel model) =>
        [.. TargetFinder.Find(model).Where(target => target.Axis is not null).Select(target => target.Layer)];
}
