using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("compres")]
    [InlineData("compress --devise cpu")]
    [InlineData("compress --device gpu")]
    [InlineData("compress --linear-algebra torch")]
    [InlineData("compress --model")]
    [InlineData("compress a.yaml b.yaml")]
    [InlineData("layers")]
    [InlineData("methods smaple")]
    public async Task Wrong_command_line_is_exit_code_2(string arguments)
    {
        using var line = new CommandLine();

        (await line.Invoke(arguments.Split(' '))).ShouldBe(ExitCode.BadInput);

        line.Out.ShouldBeEmpty();
        line.Error.ShouldBeApproved(string.Concat(arguments.Where(c => char.IsLetterOrDigit(c) || c == ' ')).Replace(' ', '-'));
    }

    [Fact]
    public async Task No_command_shows_the_help()
    {
        using var line = new CommandLine();

        (await line.Invoke()).ShouldBe(ExitCode.BadInput);

        line.Out.ShouldContain("compress <manifest>");
        line.Out.ShouldNotContain("Answer the MSBuild task");
    }

    [Fact]
    public async Task Version_is_the_products()
    {
        using var line = new CommandLine();

        (await line.Invoke("--version")).ShouldBe(ExitCode.Passed);

        line.Out.ShouldBe(ToolIdentity.Version + "\n");
    }
}
