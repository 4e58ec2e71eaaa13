using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>Environment variables of this process that native code reads.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable. To be called before the library that reads it is loaded.</summary>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
        {
            // There .NET keeps its variables to itself: native code would not see it.
            _ = SetVariable(name, value, overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
