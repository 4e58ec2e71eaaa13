using System.Runtime.InteropServices;

namespace DigitReader;

/// <summary>ONNX Runtime writes a device id and a database of what runs into the user's cache folder, and may send it, unless it is told not to.</summary>
internal static class Telemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

    /// <summary>Switches it off for this process. To be called before anything of ONNX Runtime, which reads the variable once.</summary>
    public static void Disable()
    {
        Environment.SetEnvironmentVariable(Switch, "1");
        if (!OperatingSystem.IsWindows())
        {
            // .NET keeps its variables to itself there: native code sees only those of the C library.
            _ = SetVariable(Switch, "1", overwrite: 1);
        }
    }

    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
