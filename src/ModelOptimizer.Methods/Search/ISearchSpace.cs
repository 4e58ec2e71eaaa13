namespace ModelOptimizer.Methods.Search;

/// <summary>What could be done to every layer of one step, and what each choice costs.</summary>
public interface ISearchSpace
{
    /// <summary>The layers between which bytes can be moved.</summary>
    IReadOnlyList<LayerChoices> Layers { get; }

    /// <summary>The decisions with which the model has about <paramref name="bytes"/> and is expected to change least; null when it cannot be that small.</summary>
    /// <param name="bytes">Size of the model.</param>
    /// <param name="without">Layers to leave alone, with the reasons.</param>
    IReadOnlyDictionary<string, LayerDecision>? AtSize(double bytes, IReadOnlyDictionary<string, string> without);

    /// <summary>The compressed model: the same as the method's own run with these decisions.</summary>
    MethodResult Build(IReadOnlyDictionary<string, LayerDecision> decisions);

    /// <summary>How far the outputs are from the uncompressed model's on some calibration samples, without labels; null without data.</summary>
    double? Divergence(Onnx.OnnxModel compressed);
}
