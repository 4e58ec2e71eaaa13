using System.Text;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// The CUDA package, packed by its own project with a stand-in for the provider: the real one is 180 MB from npm. The stand-in is a library that the system
/// can load but for another that it needs, and that nobody has.
/// </summary>
internal static class CudaPackage
{
    public const string Id = "ModelOptimizer.Build.Cuda.linux-x64";

    /// <summary>Not the product's, or the stand-in could be taken for the package.</summary>
    public const string Version = "0.0.0-stand-in";

    /// <summary>What the stand-in for the provider needs.</summary>
    public const string MissingLibrary = "libmissing.so";

    // Of equal length, so that one can take the other's place in a file.
    private const string PresentLibrary = "libgcc_s.so.1";

    private static readonly Lazy<string> Root = new(Pack);

    /// <summary>A feed with the package.</summary>
    public static string Feed => Path.Combine(Root.Value, "feed");

    /// <summary>The package's file.</summary>
    public static string File => Path.Combine(Feed, $"{Id}.{Version}.nupkg");

    private static string Project { get; } = Path.Combine(Repository.Root, "src", "ModelOptimizer.Build.Cuda");

    private static string Modules { get; } = Path.Combine(Repository.Root, "eng", "onnxruntime", "node_modules");

    private static string Pack()
    {
        // The libraries that the project takes from its npm packages lie where npm would put them, so the project is packed from a copy.
        var root = Path.Combine(AppContext.BaseDirectory, "cuda");
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        var copy = Directory.CreateDirectory(Path.Combine(root, "src", "ModelOptimizer.Build.Cuda", "build")).Parent!.FullName;
        foreach (var file in new[] { "ModelOptimizer.Build.Cuda.csproj", "PACKAGE.md", "build/ModelOptimizer.Build.Cuda.linux-x64.targets" })
        {
            System.IO.File.Copy(Path.Combine(Project, file), Path.Combine(copy, file));
        }

        foreach (var name in new[] { "eng", "Directory.Build.props", "Directory.Packages.props" })
        {
            System.IO.File.CreateSymbolicLink(Path.Combine(root, name), Path.Combine(Repository.Root, name));
        }

        WriteModules(Path.Combine(copy, "node_modules"));
        DotNet.Run(root, new Dictionary<string, string>(), ["pack", copy, "-c", "Release", "--artifacts-path", Path.Combine(root, "artifacts"), "-o", Path.Combine(root, "feed"), $"-p:Version={Version}"]).ShouldSucceed();
        return root;
    }

    private static void WriteModules(string folder)
    {
        var shared = System.IO.File.ReadAllBytes(Path.Combine(Modules, "com.github.asus4.onnxruntime", "Plugins", "Linux", "x64", "libonnxruntime_providers_shared.so"));
        var libraries = Directory.CreateDirectory(Path.Combine(folder, "com.github.asus4.onnxruntime.linux-x64-gpu", "Plugins", "Linux", "x64")).FullName;
        System.IO.File.WriteAllBytes(Path.Combine(libraries, "libonnxruntime_providers_shared.so"), shared);
        Encoding.ASCII.GetBytes(MissingLibrary).CopyTo(shared, shared.AsSpan().IndexOf(Encoding.ASCII.GetBytes(PresentLibrary)));
        System.IO.File.WriteAllBytes(Path.Combine(libraries, "libonnxruntime_providers_cuda.so"), shared);
        System.IO.File.CreateSymbolicLink(Path.Combine(folder, "com.github.asus4.onnxruntime"), Path.Combine(Modules, "com.github.asus4.onnxruntime"));
        // What the restoring task leaves behind: nothing more is downloaded.
        System.IO.File.WriteAllText(Path.Combine(folder, ".restored"), "");
    }
}
