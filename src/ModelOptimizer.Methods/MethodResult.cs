using ModelOptimizer.Onnx;

namespace ModelOptimizer.Methods;

/// <summary>The compressed model and what was done to each layer.</summary>
public sealed record MethodResult(OnnxModel Model, IReadOnlyList<LayerOutcome> Layers);
