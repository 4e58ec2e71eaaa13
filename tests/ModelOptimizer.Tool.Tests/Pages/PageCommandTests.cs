using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>Every command of the pages is carried out: those of the tool here, the others elsewhere.</summary>
public sealed class PageCommandTests(ReadersProject project) : IClassFixture<ReadersProject>
{
    private const string Tool = "modelopt ";

    public static TheoryData<string> Commands => [.. OfTheTool.Select(command => command.Text[Tool.Length..]).Distinct().Order()];

    private static IEnumerable<PageCommand> OfTheTool =>
        PageCommands.All.Where(command => command.Text.StartsWith(Tool, StringComparison.Ordinal) && !ExecutedElsewhere.Has(command.Text));

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_of_the_tool_succeeds(string command)
    {
        var (code, output, error) = await project.Run(command);

        code.ShouldBe(ExitCode.Passed, output + error);
    }

    [Fact]
    public async Task What_a_page_shows_is_what_the_command_prints()
    {
        var shown = OfTheTool.Where(command => command.Shown is not null).ToList();

        shown.ShouldNotBeEmpty();
        foreach (var command in shown)
        {
            (await project.Run(command.Text[Tool.Length..])).Out.Trim().ShouldBe(command.Shown!.Trim(), command.Page);
        }
    }

    [Fact]
    public void Every_other_command_is_executed_elsewhere() => PageCommands.All.Except(OfTheTool)
        .Where(command => !ExecutedElsewhere.Has(command.Text))
        .Select(command => $"{command.Page}: {command.Text}")
        .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_listed_that_no_page_has()
    {
        ExecutedElsewhere
            .Listed.Values.SelectMany(commands => commands)
            .Concat(ExecutedElsewhere.Nowhere.Keys)
            .Except(PageCommands.All.Select(command => command.Text))
            .ShouldBeEmpty();
        ExecutedElsewhere.Listed.Keys.Where(file => !File.Exists(Path.Combine(Repository.Root, file))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("```\nfirst --x   # why\n\nsecond\n```", "first --x", "second")]
    [InlineData("```bash\nls | wc\n```", "ls | wc")]
    [InlineData("```text\nwhat a program printed\n```\n```yaml\nversion: 1\n```")]
    [InlineData("```\nmodelopt.yaml(3,1): error MOC1012: Unknown key.\n```")]
    [InlineData("1. A list\n\n   ```console\n   $ modelopt layers x\n   conv1\n   ```", "modelopt layers x")]
    [InlineData(
        "Say `dotnet modelopt compress [modelopt.yaml]` or `git pull`, of `modelopt` and `modelopt.yaml`.",
        "modelopt compress modelopt.yaml",
        "git pull"
    )]
    public void Commands_are_found(string page, params string[] commands) =>
        PageCommands.Of("page.md", page).Select(command => command.Text).ShouldBe(commands);
}
