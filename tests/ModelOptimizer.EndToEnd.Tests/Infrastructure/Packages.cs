namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// The packages, packed once per test run into a local feed. They are built into an artifacts folder of their own, or they would race with the builds
/// of the other test projects; what consumers restore goes to a packages folder of its own, or an older package of the same version would be tested.
/// With <c>MODELOPT_FEED</c> the packages in that folder are tested, such as those that are about to be published.
/// </summary>
internal static class Packages
{
    public const string Version = "0.1.0";

    private static readonly Lazy<string> Root = new(Pack);

    /// <summary>For builds of this repository, whose sources the analysers have seen before the tests; they take longer than the compiler, and change nothing of what it makes.</summary>
    public static IReadOnlyList<string> WithoutAnalysers { get; } = ["-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"];

    /// <summary>The local feed.</summary>
    public static string Feed => Given ?? Path.Combine(Root.Value, "feed");

    private static string? Given { get; } = Environment.GetEnvironmentVariable("MODELOPT_FEED");

    /// <summary>Where consumers' packages are unpacked.</summary>
    public static string Folder => Path.Combine(Root.Value, "packages");

    /// <summary>What this machine has restored before, NETStandard.Library of the build task included.</summary>
    public static string MachineFolder { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Pack()
    {
        var root = RunFolder.New("packed");
        var artifacts = Path.Combine(root, "artifacts");
        foreach (var project in Given is not null ? [] : new[] { "src/ModelOptimizer.Build", "src/ModelOptimizer.Tool", "templates" })
        {
            DotNet
                .Run(Repository.Root, new Dictionary<string, string>(), ["pack", project, "-c", "Release", "--artifacts-path", artifacts, "-o", Path.Combine(root, "feed"), .. WithoutAnalysers])
                .ShouldSucceed();
        }

        return root;
    }
}
