using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>The whole manifests that pages show.</summary>
internal static partial class PageManifests
{
    /// <summary>Those of all pages.</summary>
    public static IReadOnlyList<(string Page, string Yaml)> All { get; } =
    [
        .. RepositoryFiles.Pages.SelectMany(page =>
            Manifest().Matches(page.Text).Select(match => (Path.GetRelativePath(Repository.Root, page.Path), match.Groups["yaml"].Value))
        ),
    ];

    /// <summary>The README's.</summary>
    public static string Readme => All.Single(manifest => manifest.Page == "README.md").Yaml;

    // It may start with comments.
    [GeneratedRegex(@"^```yaml\n(?<yaml>(?:#[^\n]*\n)*version: 1\n.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Manifest();
}
