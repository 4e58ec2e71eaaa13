using System.Text.RegularExpressions;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>What the pages tell readers to type or to open.</summary>
public partial class PageTests
{
    public static TheoryData<string> Commands => [.. RepositoryFiles.Pages.SelectMany(page => Command().Matches(page.Text).Select(match => match.Groups[1].Value.Trim())).Distinct().Order()];

    [Fact]
    public void There_are_commands_on_the_pages() => Commands.Count.ShouldBeGreaterThan(20);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_exists_with_its_options(string command) => (await Exists(command)).ShouldBeTrue();

    [Theory]
    [InlineData("compres")]
    [InlineData("compress --devise cpu")]
    [InlineData("cache empty")]
    public async Task A_command_that_does_not_exist_would_be_noticed(string command) => (await Exists(command)).ShouldBeFalse();

    [Fact]
    public void Every_link_leads_to_a_file() => RepositoryFiles.Pages
        .SelectMany(page => Link().Matches(page.Text).Select(match => (page.Path, Target: match.Groups[1].Value)))
        .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(link.Path)!, link.Target)))
        .Select(link => $"{Path.GetRelativePath(Repository.Root, link.Path)}: {link.Target}")
        .ShouldBeEmpty();

    [Fact]
    public void Every_example_is_a_file_that_is_compiled()
    {
        var examples = Example().Matches(File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md")).ReplaceLineEndings("\n"));

        examples.Count.ShouldBe(3);
        foreach (Match example in examples)
        {
            File.ReadAllText(Path.Combine(Repository.Root, example.Groups[1].Value)).ReplaceLineEndings("\n").ShouldBe(example.Groups[2].Value, example.Groups[1].Value);
        }
    }

    // Help asks for no model, refuses options that do not exist, and says whose help it is.
    private static async Task<bool> Exists(string command)
    {
        using var line = new CommandLine();
        string[] words = command.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var code = await line.Invoke([.. words, "--help"]);
        var usage = line.Out.Split('\n').SkipWhile(text => !text.StartsWith("Usage", StringComparison.Ordinal)).ElementAtOrDefault(1) ?? "";
        return code == ExitCode.Passed && usage.Contains($" {string.Join(' ', words.Take(words[0] == "cache" ? 2 : 1))} ", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?:`|^(?:\$ |\s*(?:- )?(?:run: )?)(?:dotnet )?)modelopt ([a-z][^`\r\n#|>&]*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("`(tests/[^`]+\\.cs)`:\n\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();
}
