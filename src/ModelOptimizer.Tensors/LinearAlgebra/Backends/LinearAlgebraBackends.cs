using System.Reflection;
using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tensors.LinearAlgebra.Backends;

/// <summary>The libraries that <c>linear-algebra</c> may name.</summary>
public static class LinearAlgebraBackends
{
    /// <summary>The word for what every installation has.</summary>
    public const string BuiltIn = "built-in";

    /// <summary>The word for TorchSharp.</summary>
    public const string TorchSharp = "torchsharp";

    /// <summary>The environment variable with the folder of the TorchSharp backend.</summary>
    public const string FolderVariable = "ModelOptimizerTorchSharp";

    private const string TorchSharpAssembly = "ModelOptimizer.TorchSharp";

    private const string Packages = $"Publish a project that references the packages {TorchSharpAssembly} and TorchSharp-cpu, or for a GPU TorchSharp-cuda-linux or TorchSharp-cuda-windows, "
        + $"and set {FolderVariable} to the folder.";

    /// <summary>The words a manifest may use.</summary>
    public static IReadOnlyList<string> Words { get; } = [BuiltIn, TorchSharp];

    /// <summary>The backend of that name, from the folder that <see cref="FolderVariable"/> names; null for the built-in one.</summary>
    /// <param name="word">One of <see cref="Words"/>.</param>
    /// <exception cref="DiagnosticException">It is not there, or for another version of this tool (MOC5014).</exception>
    public static ILinearAlgebraBackend? Load(string word) => word == BuiltIn ? null : LoadFrom(Environment.GetEnvironmentVariable(FolderVariable));

    /// <summary>The backend in <paramref name="folder"/>: what <c>dotnet publish</c> makes of a project that references it.</summary>
    internal static ILinearAlgebraBackend LoadFrom(string? folder)
    {
        if (string.IsNullOrEmpty(folder))
        {
            throw Missing($"{FolderVariable}, which names the folder of the backend, is not set.");
        }

        var path = Path.GetFullPath(Path.Combine(folder, TorchSharpAssembly + ".dll"));
        if (!File.Exists(path))
        {
            throw Missing($"there is no {TorchSharpAssembly}.dll in {folder}, which {FolderVariable} names.");
        }

        try
        {
            var assembly = new BackendContext(path).LoadFromAssemblyPath(path);
            CheckVersion(assembly);
            return (ILinearAlgebraBackend)Activator.CreateInstance(assembly.GetExportedTypes().Single(type => typeof(ILinearAlgebraBackend).IsAssignableFrom(type)))!;
        }
        catch (Exception failure) when (failure is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or InvalidOperationException)
        {
            throw Missing($"{path} does not load: {failure.Message}", failure);
        }
    }

    // Both sides share internals, so that each belongs to one version of the other.
    private static void CheckVersion(Assembly backend)
    {
        var own = typeof(LinearAlgebraBackends).Assembly.GetName();
        var wanted = backend.GetReferencedAssemblies().Single(reference => reference.Name == own.Name).Version!;
        if (wanted != own.Version)
        {
            throw Missing($"{backend.Location} is for version {wanted.ToString(3)} of this tool, not for {own.Version!.ToString(3)}.", remedy: "Take the same version of both.");
        }
    }

    /// <summary>The error of a backend that cannot be used for <paramref name="reason"/>, a sentence; what to do by default is to get one with all its packages.</summary>
    internal static DiagnosticException Missing(string reason, Exception? inner = null, string? remedy = null) => new(
        TensorsCodes.LinearAlgebraMissing,
        $"'linear-algebra: {TorchSharp}' cannot be used: {reason} {remedy ?? Packages} Or write 'linear-algebra: {BuiltIn}'.",
        inner: inner);
}
