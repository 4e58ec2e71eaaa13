namespace ModelOptimizer.Methods.Quantization;

/// <summary>A model some of whose layers ONNX Runtime computes with codes, without unpacking their weights.</summary>
/// <param name="Form">What such a layer is in the report.</param>
/// <param name="Model">The model.</param>
/// <param name="Bytes">What each such weight takes in the file, by its tensor in the model before.</param>
/// <param name="Left">Why a layer that could be rounded does not compute so, and is stored, by the same.</param>
internal sealed record KernelModel(
    string Form, OnnxModel Model, IReadOnlyDictionary<string, long> Bytes, IReadOnlyDictionary<string, string> Left)
{
    /// <summary>Why a weight is plain again, by the same.</summary>
    public IReadOnlyDictionary<string, string> Undone { get; init; } = new Dictionary<string, string>();
}
