using System.Xml.Linq;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// The packages, packed once per test run into a local feed. They are built into an artifacts folder of their own, or they would race with the builds
/// of the other test projects; what consumers restore goes to a packages folder of its own, or an older package of the same version would be tested.
/// With <c>MODELOPT_FEED</c> the packages in that folder are tested, such as those that are about to be published.
/// </summary>
internal static class Packages
{
    public const string Version = "0.1.0";

    private const string Desktop = "src/ModelOptimizer.Runtime.Desktop";

    // The analysers have seen these sources before the tests; they take longer than the compiler, and change nothing of what it makes.
    private static readonly string[] WithoutAnalysers = ["-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"];

    private static readonly Lazy<string> Root = new(Pack);

    /// <summary>The local feed.</summary>
    public static string Feed => Given ?? Packed;

    /// <summary>The folder of what was packed here in any case: ONNX Runtime for desktops, with a stand-in of its library.</summary>
    public static string Packed => Path.Combine(Root.Value, "feed");

    private static string? Given { get; } = Environment.GetEnvironmentVariable("MODELOPT_FEED");

    /// <summary>Where consumers' packages are unpacked.</summary>
    public static string Folder => Path.Combine(Root.Value, "packages");

    /// <summary>What this machine has restored before, NETStandard.Library of the build task included.</summary>
    public static string MachineFolder { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>What <c>Directory.Packages.props</c> says.</summary>
    public static string VersionOf(string property) =>
        XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants().Single(element => element.Name == property).Value;

    private static string Pack()
    {
        var root = RunFolder.New("packed");
        string[] projects = [Desktop, .. Given is not null ? [] : new[] { "src/ModelOptimizer.Build", "src/ModelOptimizer.Tool", "templates" }];
        var files = projects.Select(project => Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Single());
        var all = Traversal.Write(Path.Combine(root, "pack.proj"), "Pack", "Pack", files);
        // Desktop's library is only downloaded by a real packing.
        DotNet
            .Run(
                Repository.Root,
                new Dictionary<string, string>(),
                [
                    "pack", all, "-c", "Release", "--artifacts-path", Path.Combine(root, "artifacts"), "-o", Path.Combine(root, "feed"),
                    $"-p:LibraryDirectory={RuntimePackages.LibraryFolder}/", .. WithoutAnalysers,
                ])
            .ShouldSucceed();
        return root;
    }
}
