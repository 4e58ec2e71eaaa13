using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>Makes ONNX Runtime sessions.</summary>
internal static class SessionFactory
{
    // Protobuf cannot write a longer message into one buffer.
    private const long LargestMessage = 2_000_000_000;

    public static InferenceSession Create(Device device, OnnxModel model, SessionKind kind)
    {
        _ = OrtEnvironment.Instance;
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = kind == SessionKind.Optimised ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        DeviceCatalogue.Find(device.Kind).Append(options, device.Index);

        var folder = model.Path is null ? null : Path.GetDirectoryName(Path.GetFullPath(model.Path));
        if (folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        }

        try
        {
            return model.Path is not null && StoredBytes(model) > LargestMessage
                ? new InferenceSession(model.Path, options)
                : new InferenceSession(model.Proto.ToByteArray(), options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw OrtErrors.ModelRefused(failure, model.Path);
        }
    }

    private static long StoredBytes(OnnxModel model) => model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
}
