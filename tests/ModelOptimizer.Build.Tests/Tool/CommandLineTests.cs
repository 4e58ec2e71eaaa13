using System.Diagnostics;
using ModelOptimizer.Build.Tests.Infrastructure;

namespace ModelOptimizer.Build.Tests.Tool;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("say \"x\"", "\"say \\\"x\\\"\"")]
    [InlineData("C:\\a b\\", "\"C:\\a b\\\\\"")]
    [InlineData("C:\\a\\", "C:\\a\\")]
    [InlineData("a\\\" b", "\"a\\\\\\\" b\"")]
    public void Quotes_As_The_C_Runtime_Reads_It(string argument, string expected) => CommandLine.Join(argument).ShouldBe(expected);

    [ShellFact]
    public void A_Process_Gets_The_Arguments_As_They_Were()
    {
        string[] arguments = ["/a b/ä.dll", "build", "", "quo\"te", "back\\slash\\", "a\\\" b", "tab\there"];

        var start = new ProcessStartInfo("/usr/bin/printf", CommandLine.Join(["%s|", .. arguments])) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;

        process.StandardOutput.ReadToEnd().ShouldBe(string.Concat(arguments.Select(argument => argument + "|")));
    }
}
