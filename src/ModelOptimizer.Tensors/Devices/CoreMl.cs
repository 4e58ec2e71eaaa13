using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Apple's GPUs through ONNX Runtime's CoreML provider.</summary>
internal static class CoreMl
{
    /// <summary>ONNX Runtime's name of the provider.</summary>
    public const string Provider = "CoreMLExecutionProvider";

    /// <summary>Adds the provider to <paramref name="options"/>, without the neural engine, which computes in float16.</summary>
    public static void Append(SessionOptions options, int index) => options.AppendExecutionProvider("CoreML", new Dictionary<string, string>
    {
        ["ModelFormat"] = "MLProgram",
        ["MLComputeUnits"] = "CPUAndGPU",
        ["AllowLowPrecisionAccumulationOnGPU"] = "0",
    });

    /// <summary>The system's version stands for the device: CoreML compiles for it.</summary>
    public static DeviceFacts Describe() => new(DeviceName.Of($"{RuntimeInformation.ProcessArchitecture} macos {Environment.OSVersion.Version.Major}"));
}
