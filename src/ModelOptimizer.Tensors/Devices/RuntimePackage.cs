using System.Reflection;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>A package whose native folder <see cref="RuntimeDirectory"/> can take: ONNX Runtime with providers that the tool's own build lacks.</summary>
/// <param name="Id">The package's id.</param>
/// <param name="Version">The one version that fits this tool.</param>
internal sealed record RuntimePackage(string Id, string Version)
{
    /// <summary>Microsoft's package with CUDA; null where there is none for this platform.</summary>
    internal static RuntimePackage? Cuda { get; } = Platform.Rid switch
    {
        "linux-x64" => new("Microsoft.ML.OnnxRuntime.Gpu.Linux", RuntimeDirectory.Expected),
        "win-x64" => new("Microsoft.ML.OnnxRuntime.Gpu.Windows", RuntimeDirectory.Expected),
        _ => null,
    };

    /// <summary>Our package with WebGPU and, on Windows, DirectML; null where there is none for this platform.</summary>
    internal static RuntimePackage? Desktop { get; } =
        Platform.Rid is "linux-x64" or "win-x64" or "win-arm64"
            ? new(
                $"ModelOptimizer.Runtime.Desktop.{Platform.Rid}",
                typeof(RuntimePackage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]
            )
            : null;

    /// <summary>The item that a project downloads the package with. A reference would put the libraries into the application.</summary>
    public string Item => $"<PackageDownload Include=\"{Id}\" Version=\"[{Version}]\" />";

    /// <summary>That nothing names the package's folder, for the line of <c>auto</c>.</summary>
    internal string Missing => $"the package {Id} {Version} is missing";

    /// <summary>The same with what to do.</summary>
    internal string MissingWithRemedy =>
        $"{Missing}: download it in the project by {Item}, or name its folder '{RuntimeDirectory.InPackage}' in the variable {RuntimeDirectory.Variable}";
}
