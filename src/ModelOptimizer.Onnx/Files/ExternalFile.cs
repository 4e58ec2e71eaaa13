namespace ModelOptimizer.Onnx.Files;

/// <summary>A file that holds data of a model's tensors.</summary>
internal sealed record ExternalFile(string Path, long Length);
