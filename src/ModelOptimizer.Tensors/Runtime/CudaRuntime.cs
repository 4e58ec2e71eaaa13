using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>
/// ONNX Runtime from Microsoft's package with its CUDA provider, which is larger than all the rest and comes apart. ONNX Runtime looks for providers beside its own library and nowhere else,
/// so the package has that library too, and it takes the place of the one that the tool brings.
/// </summary>
internal static unsafe class CudaRuntime
{
    /// <summary>The package's id.</summary>
    public static string Package { get; } = OperatingSystem.IsWindows() ? "Microsoft.ML.OnnxRuntime.Gpu.Windows" : "Microsoft.ML.OnnxRuntime.Gpu.Linux";

    /// <summary>The environment variable with the folder of the package's libraries. The build task sets it.</summary>
    public const string Variable = "ModelOptimizerCuda";

    private static readonly string Library = OperatingSystem.IsWindows() ? "onnxruntime.dll" : "libonnxruntime.so";

    /// <summary>The version of ONNX Runtime that this program was compiled for.</summary>
    internal static string Expected { get; } =
        typeof(CudaRuntime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == "OnnxRuntimeVersion").Value!;

    /// <summary>Why the folder given is not used; null when it is, or when none is given.</summary>
    public static string? Refusal { get; private set; }

    /// <summary>Whether there is a package for this machine and no folder is given.</summary>
    public static bool IsMissing => Platform.Rid is "linux-x64" or "win-x64" && Environment.GetEnvironmentVariable(Variable) is null or "";

    /// <summary>Hands the package's library to the managed API. To be called before anything of that.</summary>
    public static void Use()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
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
            return (0, $"{folder}, which {Variable} names, has no {Library} that loads; it must be the folder 'runtimes/{Platform.Rid}/native' of the package {Package}");
        }

        var found = VersionOf(library);
        if (found == version)
        {
            return (library, null);
        }

        NativeLibrary.Free(library);
        return (0, $"{folder} has ONNX Runtime {found}, and this tool was made for {version}; take that version of the package {Package}");
    }

    // OrtApiBase is two functions: the API, and the version.
    private static string? VersionOf(nint library) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>*)((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "OrtGetApiBase"))())[1]());
}
