using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>
/// A folder with another build of ONNX Runtime, of the same version, in place of the one that the tool brings: with CUDA, or with WebGPU and DirectML. ONNX
/// Runtime looks for providers beside its own library and nowhere else, so such a folder has that library too.
/// </summary>
internal static unsafe class RuntimeDirectory
{
    /// <summary>The environment variable with the folder. The build task sets it.</summary>
    public const string Variable = "ModelOptimizerRuntimeDirectory";

    /// <summary>Its name before 0.2.</summary>
    public const string FormerVariable = "ModelOptimizerCuda";

    /// <summary>Where the libraries are in such a package.</summary>
    internal static readonly string InPackage = $"runtimes/{Platform.Rid}/native";

    private static readonly string Library =
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib"
        : "libonnxruntime.so";

    /// <summary>The version of ONNX Runtime that this program was compiled for.</summary>
    internal static string Expected { get; } =
        typeof(RuntimeDirectory).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == "OnnxRuntimeVersion").Value!;

    /// <summary>The folder; null when none is given.</summary>
    public static string? Folder => Value(Variable) ?? Value(FormerVariable);

    /// <summary>The variable that names the folder.</summary>
    public static string Source => Value(Variable) is null && Value(FormerVariable) is not null ? FormerVariable : Variable;

    /// <summary>Why the folder given is not used; null when it is, or when none is given.</summary>
    public static string? Refusal { get; private set; }

    /// <summary>That the folder is given by the old name; null when it is not.</summary>
    public static string? Remark =>
        Source == FormerVariable ? $"the variable {FormerVariable} is called {Variable} now; version 0.2 will not know the old name" : null;

    /// <summary>Hands the folder's library to the managed API. To be called before anything of that.</summary>
    public static void Use()
    {
        if (Folder is not { } folder)
        {
            return;
        }

        (var library, Refusal) = Open(folder, Expected);
        if (Refusal is null)
        {
            OrtEnv.DisableDllImportResolver = true;
            NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? library : 0);
        }
    }

    /// <summary>Loads the library in <paramref name="folder"/>, or says why it cannot be used.</summary>
    internal static (nint Library, string? Refusal) Open(string folder, string version)
    {
        if (!NativeLibrary.TryLoad(Path.GetFullPath(Library, Path.GetFullPath(folder)), out var library))
        {
            return (
                0,
                $"{folder}, which {Source} names, has no {Library} that loads; it must be the folder '{InPackage}' of a package with ONNX Runtime {version}"
            );
        }

        var found = VersionOf(library);
        if (found == version)
        {
            return (library, null);
        }

        NativeLibrary.Free(library);
        return (0, $"{folder} has ONNX Runtime {found}, and this tool was made for {version}; take the package of that version");
    }

    private static string? Value(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? folder : null;

    // OrtApiBase is two functions: the API, and the version.
    private static string? VersionOf(nint library) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>*)((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "OrtGetApiBase"))())[1]());
}
