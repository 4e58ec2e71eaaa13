using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>One entry of the catalogue: how to ask ONNX Runtime for a kind of device.</summary>
/// <param name="Name">The manifest's word.</param>
/// <param name="Obstacle">Why this version cannot use it; null when it can.</param>
/// <param name="Append">Adds the execution provider for the device with the given index to the options.</param>
/// <param name="Describe">The provider's device in words of the device class, such as <c>x64/avx512</c>.</param>
internal sealed record DeviceKind(string Name, string? Obstacle, Action<SessionOptions, int> Append, Func<int, string> Describe);
