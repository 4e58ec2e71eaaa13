namespace ModelOptimizer.Build.Tests.Tool;

public sealed class ToolFailureTests
{
    [Theory]
    [InlineData(150)]
    [InlineData(-2147450730)]
    public void The_Hosts_Missing_Framework_Is_Explained(int exitCode)
    {
        var (code, message) = ToolFailure.Explain(exitCode, "You must install or update .NET");

        code.ShouldBe("MOC5102");
        message.ShouldContain(".NET 10 runtime");
        message.ShouldContain("Install it");
    }

    [Fact]
    public void Another_Exit_Code_Comes_With_The_Last_Words()
    {
        ToolFailure
            .Explain(134, "double free")
            .ShouldBe(("MOC5103", $"modelopt ended with exit code 134 and no error of its own. It ended with:{Environment.NewLine}double free"));
        ToolFailure.Explain(137, "").Message.ShouldEndWith("It wrote nothing to its error stream.");
    }
}
