using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class MethodsCommandTests
{
    [Theory]
    [InlineData("methods")]
    [InlineData("methods sample")]
    [InlineData("methods sample --json")]
    public async Task Methods_are_listed(string arguments)
    {
        using var line = new CommandLine { Width = 100 };

        (await line.Invoke(arguments.Split(' '))).ShouldBe(ExitCode.Passed);

        line.Out.ShouldBeApproved(arguments.Replace(' ', '-'));
    }
}
