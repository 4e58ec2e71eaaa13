namespace ModelOptimizer.Tensors.Runtime;

/// <summary>
/// ONNX Runtime's own builds note what runs in a database in the user's cache folder, and may send it. A build tool does not do that to anybody.
/// </summary>
internal static class Telemetry
{
    /// <summary>Switches it off. To be called before ONNX Runtime's library is used, which reads the variable once.</summary>
    public static void Disable() => NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");
}
