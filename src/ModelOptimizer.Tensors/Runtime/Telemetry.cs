using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>ONNX Runtime's own builds note what runs in a database in the user's cache folder, and may send it. A build tool does not do that to anybody.</summary>
internal static partial class Telemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

    /// <summary>Switches it off. To be called before ONNX Runtime's library is used, which reads the variable once.</summary>
    public static void Disable()
    {
        Environment.SetEnvironmentVariable(Switch, "1");
        if (!OperatingSystem.IsWindows())
        {
            // There .NET keeps its variables to itself: native code would not see it.
            _ = SetVariable(Switch, "1", overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
