using ModelOptimizer.Methods.Quantization.Rate;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Fewer bits for each weight, rounded under the second moments of what the layer reads.</summary>
internal sealed class QuantizeMethod : IMethod
{
    public string Name => StorableWeights.Method;

    public string Summary =>
        "Weights of 8 to 2 bits, rounded so that the layers' outputs change least; unpacked when the model is loaded, so that it runs as before.";

    public string Paper =>
        "Frantar, Ashkboos, Hoefler, Alistarh: GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers. ICLR 2023, arXiv 2210.17323";

    public bool OffersChoices => true;

    public bool KeepsLayerOutputs => true;

    public IReadOnlyList<Option> Options => QuantizeOptions.Keys;

    public IStep Prepare(StepContext context, MethodArguments arguments) => QuantizeOptions.From(arguments) switch
    {
        { Rate: not null } options => new RateStep(context, options),
        var options => new QuantizeStep(context, options),
    };
}

/// <summary>What <c>quantize</c> can take: more than the layers that other methods can.</summary>
internal static class StorableWeights
{
    /// <summary>The method that takes them.</summary>
    public const string Method = "quantize";

    /// <summary>The weights of <paramref name="model"/> that can be stored in fewer bits, each by its first reader.</summary>
    public static IReadOnlyList<WeightLayer> Find(OnnxModel model) =>
        [.. TargetFinder.Find(model).Where(target => target.Axis is not null).Select(target => target.Layer)];
}
