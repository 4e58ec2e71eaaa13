using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Where the assemblies and native libraries of the TorchSharp backend lie.</summary>
internal sealed class BackendFolders
{
    /// <summary>The packages with the backend, its managed and its native libraries, as their folders are named.</summary>
    private static readonly string[] Packages = ["modeloptimizer.torchsharp", "torchsharp", $"libtorch-cpu-{Platform.Rid}"];

    private readonly List<string> _managed = [];
    private readonly List<string> _native = [];

    /// <summary>
    /// The folders that are named in <paramref name="value"/>, each of which may be a published one, that of a package, or one with packages as NuGet unpacks
    /// them.
    /// </summary>
    /// <param name="value">Folders, separated as in <c>PATH</c>.</param>
    /// <exception cref="Diagnostics.DiagnosticException">There are several versions of a package (MOC5014).</exception>
    public BackendFolders(string value)
    {
        foreach (var folder in value.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath).SelectMany(Unpacked))
        {
            _managed.AddRange([folder, .. Frameworks(Path.Combine(folder, "lib"))]);
            _native.AddRange([folder, Path.Combine(folder, "runtimes", Platform.Rid, "native")]);
        }
    }

    /// <summary>The file of an assembly; null when there is none.</summary>
    public string? Assembly(string name) => Find(_managed, name + ".dll");

    /// <summary>The file of a native library; null when there is none.</summary>
    public string? Library(string name) => Find(_native, LibraryFile(name));

    /// <summary>What a library's file is called on this system.</summary>
    public static string LibraryFile(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
        : $"lib{name}.so";

    private static string? Find(List<string> folders, string file) => folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // The folder itself, and the packages in it.
    private static IEnumerable<string> Unpacked(string folder) =>
        [folder, .. Packages.Select(id => Path.Combine(folder, id)).Where(Directory.Exists).SelectMany(Version)];

    private static string[] Version(string package)
    {
        var versions = Directory.GetDirectories(package);
        return versions.Length <= 1 ? versions : throw LinearAlgebraBackends.Missing(
            $"{package} has several versions ({string.Join(", ", versions.Select(Path.GetFileName).Order(StringComparer.Ordinal))}).",
            remedy: "Delete all but one.");
    }

    // The newest framework first; a package for newer ones than this is not for it.
    private static IEnumerable<string> Frameworks(string lib) =>
        Directory.Exists(lib)
            ? Directory
                .GetDirectories(lib, "net*")
                .Select(path => (Path: path, Version: Framework(path)))
                .Where(pair => pair.Version is not null && pair.Version <= Environment.Version)
                .OrderByDescending(pair => pair.Version)
                .Select(pair => pair.Path)
            : [];

    private static Version? Framework(string path) => System.Version.TryParse(Path.GetFileName(path)["net".Length..], out var version) ? version : null;
}
