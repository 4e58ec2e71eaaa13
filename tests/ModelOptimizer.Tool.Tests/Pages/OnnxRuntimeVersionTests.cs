using System.Text.RegularExpressions;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>One property says which ONNX Runtime; whatever else names a version to install says the same.</summary>
public sealed partial class OnnxRuntimeVersionTests
{
    private static readonly string Version = Property()
        .Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props")))
        .Groups["version"]
        .Value;

    [Fact]
    public void The_library_that_runs_is_of_that_version() => DeviceSelector.RuntimeVersion.ShouldBe(Version);

    [Fact]
    public void Pages_install_that_version()
    {
        var named = (
            from folder in new[] { "docs", "src" }
            from page in Directory
                .EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)
                .Append(Path.Combine(Repository.Root, "README.md"))
            where !page.EndsWith("results.md", StringComparison.Ordinal)
            from Match match in Installed().Matches(File.ReadAllText(page))
            select (Page: Path.GetFileName(page), Version: match.Groups["version"].Value)
        ).ToList();

        named.Select(place => place.Page).ShouldContain("devices.md");
        named.Where(place => place.Version != Version).ShouldBeEmpty();
    }

    [GeneratedRegex("<OnnxRuntimeVersion>(?<version>[^<]+)<")]
    private static partial Regex Property();

    // A package with a version, a device class, or the library in a sentence that does not speak of another version.
    [GeneratedRegex(@"(OnnxRuntime[\w.]*(@|"" Version=""\[| )|\+ort|ONNX Runtime (?!1\.31\.0, and this tool))(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Installed();
}
