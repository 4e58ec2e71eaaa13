using System.IO.Compression;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>Stand-ins for packages with ONNX Runtime and more providers, which are hundreds of megabytes: each has the tool's own library, without such a provider.</summary>
internal static class RuntimePackages
{
    public const string Cuda = "Microsoft.ML.OnnxRuntime.Gpu.Linux";
    public const string Desktop = "ModelOptimizer.Runtime.Desktop.linux-x64";

    /// <summary>Not the real one's, or the stand-in could be taken for the package.</summary>
    private const string CudaVersion = "0.0.0-stand-in";

    private static readonly Lazy<string> Root = new(Pack);

    /// <summary>A feed with both.</summary>
    public static string Feed => Root.Value;

    /// <summary>The items that a project downloads them with, each where a property says so.</summary>
    public static string Items => $"""
        <PackageDownload Include="{Cuda}" Version="[{CudaVersion}]" Condition="'$(WithCuda)' == 'true'" />
        <PackageDownload Include="{Desktop}" Version="[{Packages.Version}]" Condition="'$(WithDesktop)' == 'true'" />
        """;

    // Of the release that the tool is built with: the packages have no other.
    private static string Library => Directory.GetFiles(Path.Combine(Repository.Root, "src", "ModelOptimizer.Tool", "bin"), "libonnxruntime.so", SearchOption.AllDirectories)
        .First(file => file.Contains("linux-x64", StringComparison.Ordinal));

    private static string Pack()
    {
        var feed = RunFolder.New("runtimes");
        var path = Path.Combine(feed, $"{Cuda}.{CudaVersion}.nupkg");
        using (var package = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using (var nuspec = new StreamWriter(package.CreateEntry($"{Cuda}.nuspec").Open()))
            {
                nuspec.Write($"<package><metadata><id>{Cuda}</id><version>{CudaVersion}</version><authors>tests</authors><description>A stand-in.</description></metadata></package>");
            }

            package.CreateEntryFromFile(Library, "runtimes/linux-x64/native/libonnxruntime.so");
        }

        // Ours is packed as it is published, but for the library, which only a real packing downloads.
        DotNet.Run(
            Repository.Root,
            new Dictionary<string, string>(),
            ["pack", "src/ModelOptimizer.Runtime.Desktop", "-c", "Release", "--artifacts-path", Path.Combine(feed, "artifacts"), "-o", feed, $"-p:LibraryDirectory={Path.GetDirectoryName(Library)}/", .. Packages.WithoutAnalysers])
            .ShouldSucceed();
        return feed;
    }
}
