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
            Telemetry.Disable();
            RuntimeDirectory.Use();
            // Threads of a session go on waiting for work for a while after a run, without sleeping: several sessions with threads of their own take the cores
            // from each other.
            using var threads = new OrtThreadingOptions();
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
