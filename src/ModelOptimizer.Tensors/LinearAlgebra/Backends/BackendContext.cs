using System.Reflection;
using System.Runtime.Loader;

namespace ModelOptimizer.Tensors.LinearAlgebra;

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
