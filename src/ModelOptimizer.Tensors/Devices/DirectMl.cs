using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>GPUs of Windows through ONNX Runtime's DirectML provider.</summary>
internal static class DirectMl
{
    /// <summary>ONNX Runtime's name of the provider.</summary>
    public const string Provider = "DmlExecutionProvider";

    /// <summary>Adds the provider to <paramref name="options"/>; it wants runs in order and no memory plan.</summary>
    public static void Append(SessionOptions options, int index)
    {
        options.EnableMemoryPattern = false;
        options.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
        options.AppendExecutionProvider_DML(index);
    }

    public static DeviceFacts Describe(int index) => HardwareDevices.Describe(Provider, index);
}
