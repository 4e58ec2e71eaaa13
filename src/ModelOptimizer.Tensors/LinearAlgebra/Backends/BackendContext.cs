using System.Reflection;
using System.Runtime.Loader;

namespace ModelOptimizer.Tensors.LinearAlgebra.Backends;

/// <summary>Loads a backend with the libraries in its own folder, so that their versions and the tool's do not meet.</summary>
internal sealed class BackendContext : AssemblyLoadContext
{
    private const string List = ".deps.json";

    private readonly AssemblyDependencyResolver resolver;

    /// <summary>For the backend at <paramref name="path"/>.</summary>
    /// <exception cref="InvalidOperationException">The folder's list of dependencies cannot be read.</exception>
    public BackendContext(string path)
        : base(Path.GetFileNameWithoutExtension(path))
    {
        // The list of what a published folder holds has the name of the published project, whatever that is.
        var list = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*" + List).Order(StringComparer.Ordinal).FirstOrDefault();
        resolver = new AssemblyDependencyResolver(list is null ? path : list[..^List.Length] + ".dll");
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        // What both sides exchange must be one type.
        Default.Assemblies.FirstOrDefault(loaded => loaded.GetName().Name == assemblyName.Name && assemblyName.Name!.StartsWith("ModelOptimizer.", StringComparison.Ordinal))
        ?? (resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null);

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
