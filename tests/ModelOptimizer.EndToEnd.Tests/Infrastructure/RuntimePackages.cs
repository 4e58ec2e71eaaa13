using System.IO.Compression;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// Stand-ins for packages with ONNX Runtime and more providers, which are hundreds of megabytes: each has the tool's own library, without such a provider.
/// </summary>
internal static class RuntimePackages
{
    public const string Cuda = "Microsoft.ML.OnnxRuntime.Gpu.Linux";
    public const string Desktop = "ModelOptimizer.Runtime.Desktop.linux-x64";

    /// <summary>Not the real one's, or the stand-in could be taken for the package.</summary>
    private const string CudaVersion = "0.0.0-stand-in";

    private static readonly Lazy<string> CudaFeed = new(PackCuda);

    /// <summary>Feeds with both, and with our packages.</summary>
    public static string[] Feeds => [.. new[] { Packages.Feed, Packages.Packed, CudaFeed.Value }.Distinct()];

    /// <summary>The items that a project downloads them with, each where a property says so.</summary>
    public static string Items => $"""
        <PackageDownload Include="{Cuda}" Version="[{CudaVersion}]" Condition="'$(WithCuda)' == 'true'" />
        <PackageDownload Include="{Desktop}" Version="[{Packages.Version}]" Condition="'$(WithDesktop)' == 'true'" />
        """;

    /// <summary>Of the release that the tool is built with: the packages have no other.</summary>
    public static string LibraryFolder =>
        Path.Combine(Packages.MachineFolder, "microsoft.ml.onnxruntime", Packages.VersionOf("OnnxRuntimeVersion"), "runtimes", "linux-x64", "native");

    private static string PackCuda()
    {
        var feed = RunFolder.New("runtimes");
        using var package = ZipFile.Open(Path.Combine(feed, $"{Cuda}.{CudaVersion}.nupkg"), ZipArchiveMode.Create);
        using (var nuspec = new StreamWriter(package.CreateEntry($"{Cuda}.nuspec").Open()))
        {
            nuspec.Write(
                $"<package><metadata><id>{Cuda}</id><version>{CudaVersion}</version><authors>tests</authors><description>A "
                    + "stand-in.</description></metadata></package>"
            );
        }

        package.CreateEntryFromFile(Path.Combine(LibraryFolder, "libonnxruntime.so"), "runtimes/linux-x64/native/libonnxruntime.so");
        return feed;
    }
}
