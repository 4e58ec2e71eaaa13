using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>The blocks of <c>docs/ci.md</c>, which readers copy.</summary>
internal static partial class CiPage
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ci.md")).ReplaceLineEndings("\n");

    /// <summary>The only block of a language under a heading.</summary>
    public static string Block(string heading, string language)
    {
        var section = Text.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        return Fence().Matches(section).Where(match => match.Groups["language"].Value == language).ShouldHaveSingleItem($"{heading}: {language}").Groups["text"].Value;
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
