using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>
/// Finds the commands of pages. Every line of a block without a language, or of <c>sh</c> or <c>bash</c>, is one, unless the block has a diagnostic: then it
/// shows what is printed. In a <c>console</c> the lines behind a prompt are commands, and what follows them is what they print. In a sentence, code that starts
/// with a program is a command.
/// </summary>
internal static partial class PageCommands
{
    private const string Prompt = "$ ";

    /// <summary>Those of all pages, each once.</summary>
    public static IReadOnlyList<PageCommand> All { get; } =
    [
        .. RepositoryFiles
            .Pages.SelectMany(page => Of(Path.GetRelativePath(Repository.Root, page.Path), page.Text))
            .DistinctBy(command => (command.Text, command.Shown)),
    ];

    /// <summary>Those of one page.</summary>
    public static IEnumerable<PageCommand> Of(string page, string text)
    {
        var blocks = Block().Matches(text).SelectMany(block => OfBlock(page, block.Groups["language"].Value, Unindented(block)));
        var sentences = Program().Matches(Block().Replace(text, "")).Select(match => new PageCommand(page, match.Groups["command"].Value));
        return blocks.Concat(sentences).Select(command => command with { Text = Plain(command.Text) }).Where(command => command.Text.Length > 0);
    }

    private static IEnumerable<PageCommand> OfBlock(string page, string language, string text) => language switch
    {
        "" or "sh" or "bash" when !Diagnostic().IsMatch(text) => text.Split('\n').Select(line => new PageCommand(page, line)),
        "console" => text.Split("\n" + Prompt)[1..].Select(part => part.Split('\n', 2)).Select(part => new PageCommand(page, part[0], part[1])),
        _ => [],
    };

    private static string Unindented(Match block) =>
        ("\n" + block.Groups["text"].Value).Replace("\n" + block.Groups["indent"].Value, "\n", StringComparison.Ordinal);

    // `dotnet modelopt` is the same program, installed for one folder.
    private static string Plain(string command)
    {
        var plain = Brackets().Replace(Comment().Replace(command, ""), "").Trim();
        return plain.StartsWith("dotnet modelopt ", StringComparison.Ordinal) ? plain["dotnet ".Length..] : plain;
    }

    [GeneratedRegex(@"^(?<indent> *)```(?<language>\w*)\n(?<text>.*?)^\k<indent>```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`(?<command>(?:(?:modelopt|dotnet|git|npm|apt-get) |\.ci/|eng/\w+/run)[^`\n]*)`")]
    private static partial Regex Program();

    [GeneratedRegex(@"\w+ MOC\d{4}: ")]
    private static partial Regex Diagnostic();

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[\[\]]")]
    private static partial Regex Brackets();
}
