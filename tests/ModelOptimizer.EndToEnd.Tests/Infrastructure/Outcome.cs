using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>How a command ended.</summary>
internal sealed partial record Outcome(int ExitCode, string Output)
{
    /// <summary>How often the build task started the tool.</summary>
    public int ToolStarts => Count("Starting modelopt:");

    /// <summary>How often the build task found that nothing changed.</summary>
    public int UpToDate => Count("modelopt is up to date.");

    /// <summary>Errors and warnings as the build log has them, each once, without the project in brackets.</summary>
    public IReadOnlyList<string> Problems =>
        [.. Problem().Matches(Output).Select(match => match.Groups["text"].Value.Trim()).Distinct()];

    public Outcome ShouldSucceed()
    {
        ExitCode.ShouldBe(0, Output);
        return this;
    }

    public Outcome ShouldFail()
    {
        ExitCode.ShouldNotBe(0, Output);
        return this;
    }

    private int Count(string text) => Output.Split(text).Length - 1;

    [GeneratedRegex(@"^ *(\d+>)?(?<text>\S.*?: (error|warning) [A-Z]+\d+: .*?)( \[[^\[]*proj(::.*)?\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Problem();
}
