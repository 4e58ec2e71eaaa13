using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A page whose blocks readers copy.</summary>
internal sealed partial class Page(params string[] path)
{
    private readonly string _text = File.ReadAllText(Path.Combine([Repository.Root, .. path])).ReplaceLineEndings("\n");

    /// <summary>The only block of a language on a page without headings.</summary>
    public string Block(string language) => Of(language, _text).ShouldHaveSingleItem(language);

    /// <summary>The only block of a language under a heading.</summary>
    public string Block(string heading, string language) => Blocks(heading, language).ShouldHaveSingleItem($"{heading}: {language}");

    /// <summary>The blocks of a language under a heading.</summary>
    public IReadOnlyList<string> Blocks(string heading, string language) =>
        Of(language, _text.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal)));

    private static List<string> Of(string language, string text) =>
        [.. Fence().Matches(text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value)];

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
