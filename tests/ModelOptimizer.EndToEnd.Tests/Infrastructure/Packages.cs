namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// The two packages, packed once per test run into a local feed. They are built into an artifacts folder of their own, or they would race with the builds
/// of the other test projects; what consumers restore goes to a packages folder of its own, or an older package of the same version would be tested.
/// With <c>MODELOPT_FEED</c> the packages in that folder are tested, such as those that are about to be published.
/// </summary>
internal static class Packages
{
    public const string Version = "0.1.0";

    private static readonly Lazy<string> Root = new(Pack);

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
        // Beside the test assembly and emptied at the start: a test host is ended before it could delete hundreds of megabytes at the end.
        var root = Path.Combine(AppContext.BaseDirectory, "packed");
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        Directory.CreateDirectory(root);
        var artifacts = Path.Combine(root, "artifacts");
        foreach (var project in Given is not null ? [] : new[] { "ModelOptimizer.Build", "ModelOptimizer.Tool" })
        {
            DotNet.Run(Repository.Root, new Dictionary<string, string>(), "pack", Path.Combine("src", project), "-c", "Release", "--artifacts-path", artifacts, "-o", Path.Combine(root, "feed"))
                .ShouldSucceed();
        }

        if (Directory.Exists(artifacts))
        {
            Directory.Delete(artifacts, recursive: true);
        }

        return root;
    }
}
