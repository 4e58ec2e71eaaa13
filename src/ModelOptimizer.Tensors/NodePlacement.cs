namespace ModelOptimizer.Tensors;

/// <summary>What of a model does not run on the device, as ONNX Runtime divides it when it loads the model.</summary>
/// <param name="OnCpu">Nodes that the device's provider left to the CPU's, after basic simplification.</param>
/// <param name="Operators">Their operators, in ordinal order.</param>
internal sealed record NodePlacement(int OnCpu, IReadOnlyList<string> Operators);
