namespace ModelOptimizer.Methods.Options;

/// <summary>Another ONNX model that a step names. The pipeline reads it: <see cref="StepContext.Student"/>.</summary>
/// <param name="Path">Absolute path.</param>
internal sealed record ModelFile(string Path);
