using System.IO.Compression;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A stand-in for Microsoft's package of ONNX Runtime with its CUDA provider, which is 245 MB: the library without the provider.</summary>
internal static class CudaPackage
{
    public const string Id = "Microsoft.ML.OnnxRuntime.Gpu.Linux";

    /// <summary>Not the real one's, or the stand-in could be taken for the package.</summary>
    public const string Version = "0.0.0-stand-in";

    private static readonly Lazy<string> Root = new(Pack);

    /// <summary>A feed with the package.</summary>
    public static string Feed => Root.Value;

    /// <summary>The item that a project downloads it with.</summary>
    public static string Item => $"""<PackageDownload Include="{Id}" Version="[{Version}]" Condition="'$(WithCuda)' == 'true'" />""";

    // Of the release that the tool is built with: the packages have no other.
    private static string Library => Directory.GetFiles(Path.Combine(Repository.Root, "src", "ModelOptimizer.Tool", "bin"), "libonnxruntime.so", SearchOption.AllDirectories).First(file => file.Contains("linux-x64", StringComparison.Ordinal));

    private static string Pack()
    {
        var feed = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "cuda")).FullName;
        var path = Path.Combine(feed, $"{Id}.{Version}.nupkg");
        File.Delete(path);
        using var package = ZipFile.Open(path, ZipArchiveMode.Create);
        using (var nuspec = new StreamWriter(package.CreateEntry($"{Id}.nuspec").Open()))
        {
            nuspec.Write($"<package><metadata><id>{Id}</id><version>{Version}</version><authors>tests</authors><description>A stand-in.</description></metadata></package>");
        }

        package.CreateEntryFromFile(Library, "runtimes/linux-x64/native/libonnxruntime.so");
        return feed;
    }
}
