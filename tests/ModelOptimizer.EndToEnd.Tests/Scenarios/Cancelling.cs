using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Cancelling
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [LinuxScenario]
    public static IEnumerable<Step> An_Interrupted_Build_Takes_The_Tool_With_It_And_Writes_Nothing(Place place)
    {
        var app = place.Consumer();
        // Hours of calibration: the build cannot end by itself before it is interrupted.
        app.Write(
            "modelopt.yaml",
            Consumer.Manifest.Replace("calibrate: { dataset: calibration }", "calibrate: { random: 50000000 }", StringComparison.Ordinal)
        );

        using var build = app.StartBuild();
        var tool = WaitForTool(app, build);
        Process.Start("kill", ["-INT", build.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
        var outcome = DotNet.Finish(build).ShouldFail();

        outcome.ToolStarts.ShouldBe(1, outcome.Output);
        Directory.Exists($"/proc/{tool.ToString(CultureInfo.InvariantCulture)}").ShouldBeFalse(outcome.Output);
        File.Exists(app.State).ShouldBeFalse();
        outcome.Problems.ShouldBeEmpty(outcome.Output);

        app.Write("modelopt.yaml", Consumer.Manifest);
        yield return Step.Build(app);
        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
    }

    private static int WaitForTool(Consumer consumer, Process build)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience && !build.HasExited; Thread.Sleep(20))
        {
            foreach (var process in Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])))
            {
                if (
                    CommandLine(process!) is var line
                    && line.Contains("modelopt.dll", StringComparison.Ordinal)
                    && line.Contains(consumer.Root, StringComparison.Ordinal)
                )
                {
                    return int.Parse(process!, CultureInfo.InvariantCulture);
                }
            }
        }

        throw new InvalidOperationException("the tool was not started:\n" + DotNet.Finish(build).Output);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
