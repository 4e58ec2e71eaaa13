using System.Reflection;
using System.Runtime.Loader;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>The libraries that <c>linear-algebra</c> may name.</summary>
internal static class LinearAlgebraBackends
{
    /// <summary>The environment variable with the folders of the TorchSharp backend. The build task sets it.</summary>
    public const string FolderVariable = "ModelOptimizerTorchSharpDirectory";

    /// <summary>Its name before 0.2.</summary>
    public const string FormerVariable = "ModelOptimizerTorchSharp";

    private const string TorchSharpAssembly = "ModelOptimizer.TorchSharp";

    private static readonly Assembly Own = typeof(LinearAlgebraBackends).Assembly;

    private static readonly (string Id, string Version)[] Packages =
    [
        (TorchSharpAssembly, Own.GetName().Version!.ToString(3)),
        ("TorchSharp", Version("TorchSharpVersion")),
        ($"libtorch-cpu-{Platform.Rid}", Version("LibTorchVersion")),
    ];

    private static readonly string Download =
        $"In a project, write PackageDownload items for {string.Join(", ", Packages.Select(package => $"{package.Id} [{package.Version}]"))}; for the command, "
        + $"'dotnet package download {string.Join(' ', Packages.Select(package => $"{package.Id}@{package.Version}"))} --output FOLDER', and set "
        + $"{FolderVariable} to that folder.";

    // What is empty is not set.
    private static (string Variable, string? Folders) Given => new[] { FolderVariable, FormerVariable }
        .Select(variable => (variable, Environment.GetEnvironmentVariable(variable)))
        .FirstOrDefault(given => !string.IsNullOrEmpty(given.Item2), (FolderVariable, null));

    /// <summary>The words a manifest may use.</summary>
    public static IReadOnlyList<string> Words { get; } = [LinearAlgebraWord.BuiltIn, LinearAlgebraWord.TorchSharp];

    /// <summary>The backend of that name, from the folders that <see cref="FolderVariable"/> names; null for the built-in one.</summary>
    /// <param name="word">One of <see cref="Words"/>.</param>
    /// <exception cref="DiagnosticException">It is not there, or for another version of this tool (MOC5014).</exception>
    public static ILinearAlgebraBackend? Load(string word) => word == LinearAlgebraWord.BuiltIn ? null : LoadFrom(Given.Folders, Given.Variable);

    /// <summary>Starts TorchSharp on <paramref name="device"/>, and says in a line what it is and where.</summary>
    /// <exception cref="DiagnosticException">It cannot be used here (MOC5014).</exception>
    public static string Describe(Device device)
    {
        var backend = Load(LinearAlgebraWord.TorchSharp)!;
        _ = backend.Create(device);
        var (variable, folders) = Given;
        var remark =
            variable == FormerVariable ? $"; the variable {FormerVariable} is called {FolderVariable} now; version 0.2 will not know the old name" : "";
        return $"{backend.Description}, from {folders}{remark}";
    }

    /// <summary>The backend in <paramref name="value"/>, which names folders as <see cref="BackendFolders"/> reads them.</summary>
    internal static ILinearAlgebraBackend LoadFrom(string? value, string variable = FolderVariable)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw Missing($"{FolderVariable}, which names the folder of its packages, is not set.");
        }

        var folders = new BackendFolders(value);
        var path = folders.Assembly(TorchSharpAssembly) ?? throw NotIn(TorchSharpAssembly + ".dll");
        if (folders.Assembly("TorchSharp") is null)
        {
            throw NotIn("TorchSharp.dll");
        }

        foreach (var library in new[] { "LibTorchSharp", "torch_cpu" })
        {
            if (folders.Library(library) is null)
            {
                throw NotIn($"{BackendFolders.LibraryFile(library)} for {Platform.Rid}");
            }
        }

        try
        {
            var assembly = new BackendContext(TorchSharpAssembly, folders).LoadFromAssemblyPath(path);
            CheckVersion(assembly);
            return (ILinearAlgebraBackend)
                Activator.CreateInstance(assembly.GetExportedTypes().Single(type => typeof(ILinearAlgebraBackend).IsAssignableFrom(type)))!;
        }
        catch (Exception failure)
            when (failure is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or InvalidOperationException)
        {
            throw Missing($"{path} does not load: {failure.Message}", failure);
        }

        DiagnosticException NotIn(string file) => Missing($"there is no {file} in {value}, which {variable} names.");
    }

    // Both sides share internals, so that each belongs to one version of the other.
    private static void CheckVersion(Assembly backend)
    {
        var own = Own.GetName();
        var wanted = backend.GetReferencedAssemblies().Single(reference => reference.Name == own.Name).Version!;
        if (wanted != own.Version)
        {
            throw Missing(
                $"{backend.Location} is for version {wanted.ToString(3)} of this tool, not for {own.Version!.ToString(3)}.",
                remedy: "Take the same version of both."
            );
        }
    }

    /// <summary>The error of a backend that cannot be used for <paramref name="reason"/>, a sentence; what to do by default is to get its packages.</summary>
    internal static DiagnosticException Missing(string reason, Exception? inner = null, string? remedy = null) =>
        new(
            TensorsCodes.LinearAlgebraMissing,
            $"'linear-algebra: {LinearAlgebraWord.TorchSharp}' cannot be used: {reason} {remedy ?? Download} Or write 'linear-algebra: "
                + $"{LinearAlgebraWord.BuiltIn}'.",
            inner: inner
        );

    private static string Version(string key) => Own.GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == key).Value!;
}

/// <summary>Loads a backend with the libraries in its own folders, so that their versions and the tool's do not meet.</summary>
internal sealed class BackendContext(string name, BackendFolders folders) : AssemblyLoadContext(name)
{
    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        // What both sides exchange must be one type.
        Default.Assemblies.FirstOrDefault(loaded =>
            loaded.GetName().Name == assemblyName.Name && assemblyName.Name!.StartsWith("ModelOptimizer.", StringComparison.Ordinal)
        ) ?? (folders.Assembly(assemblyName.Name!) is { } path ? LoadFromAssemblyPath(path) : null);

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        folders.Library(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
