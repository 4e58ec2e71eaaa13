using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>ONNX Runtime's one environment of the process, silent unless it dies.</summary>
internal static class OrtEnvironment
{
    private static readonly Lazy<OrtEnv> Environment = new(Create);

    /// <exception cref="DiagnosticException">The native library is not there or does not load.</exception>
    public static OrtEnv Instance => Environment.Value;

    /// <summary>ONNX Runtime's version, such as <c>1.30.0</c>.</summary>
    public static string Version => Instance.GetVersionString();

    private static OrtEnv Create()
    {
        try
        {
            using var call = NativeCalls.Begin(NativeWork.Load, model: null, bytes: 0, onDevice: false);
            Telemetry.Disable();
            RuntimeDirectory.Use();
            // All sessions share these: threads of their own would take the cores from each other. By default such threads wait for work without sleeping,
            // which takes the cores from other processes, and a fifth of a short command's time.
            using var threads = new OrtThreadingOptions { GlobalSpinControl = false };
            var options = new EnvironmentCreationOptions { logId = "modelopt", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, threadOptions = threads };
            return OrtEnv.IsCreated ? OrtEnv.Instance() : OrtEnv.CreateInstanceWithOptions(ref options);
        }
        catch (Exception failure)
            when (failure is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new DiagnosticException(TensorsCodes.RuntimeMissing, RuntimeFailure.Explain(Platform.Rid, AppContext.BaseDirectory, failure), inner: failure);
        }
    }
}

/// <summary>
/// ONNX Runtime's own builds note what runs in a database in the user's cache folder, and may send it. A build tool does not do that to anybody.
/// </summary>
internal static class Telemetry
{
    /// <summary>Switches it off. To be called before ONNX Runtime's library is used, which reads the variable once.</summary>
    public static void Disable() => NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");
}
