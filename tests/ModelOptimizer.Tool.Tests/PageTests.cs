using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>What the pages tell readers to open.</summary>
public partial class PageTests
{
    [Fact]
    public void Every_link_leads_to_a_file() => RepositoryFiles.Pages
        .SelectMany(page => Link().Matches(page.Text).Select(match => (page.Path, Target: match.Groups[1].Value)))
        .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(link.Path)!, link.Target)))
        .Select(link => $"{Path.GetRelativePath(Repository.Root, link.Path)}: {link.Target}")
        .ShouldBeEmpty();

    // What one reads at a glance.
    private const int MostLines = 40;

    [Fact]
    public void Every_example_is_a_file_that_is_compiled()
    {
        var examples = Example().Matches(File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md")).ReplaceLineEndings("\n"));

        examples.Count.ShouldBe(4);
        foreach (Match example in examples)
        {
            File.ReadAllText(Path.Combine(Repository.Root, example.Groups[1].Value))
                .ReplaceLineEndings("\n")
                .ShouldBe(example.Groups[2].Value, example.Groups[1].Value);
            example.Groups[2].Value.Count(letter => letter == '\n').ShouldBeLessThanOrEqualTo(MostLines, example.Groups[1].Value);
        }
    }

    [GeneratedRegex("`(tests/[^`]+\\.cs)`:\n\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();
}
