using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Tensors.Tests.Examples;

/// <summary>Intel's processors and GPUs through ONNX Runtime's OpenVINO provider.</summary>
internal static class OpenVino
{
    /// <summary>The line for <see cref="DeviceCatalogue"/>.</summary>
    public static DeviceKind Kind { get; } = new("openvino", "OpenVINOExecutionProvider")
    {
        Needs = "an Intel GPU, and an ONNX Runtime that was built with OpenVINO",
        Append = static (options, _) => options.AppendExecutionProvider_OpenVINO("GPU"),
        Describe = static _ => DeviceFacts.Unknown,
    };
}
