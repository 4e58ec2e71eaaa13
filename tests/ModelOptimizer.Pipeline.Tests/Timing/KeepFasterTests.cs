using ModelOptimizer.Pipeline.Tests.Running;

namespace ModelOptimizer.Pipeline.Tests.Timing;

public class KeepFasterTests
{
    [Fact]
    public void What_stays_measured_faster_and_what_went_says_why()
    {
        using var project = new SmallProject("cosine: { min: 1% }");
        project.WriteManifest("cosine: { min: 1% }", step: "ranks: 12, keep: faster");

        var result = project.Run(writeLock: true);

        // On some machines every rewrite of so small a model is slower, and then there is nothing left.
        if (result.Models.Count == 0)
        {
            result.Diagnostics.ShouldContain(diagnostic => diagnostic.Code == "MOC2101" && diagnostic.Message.Contains("reverted", StringComparison.Ordinal));
            return;
        }

        var report = result.Models[0];
        report.DecidedByTime.ShouldBeTrue();
        report.Times.ShouldNotBeEmpty();
        foreach (var time in report.Times)
        {
            var layer = report.Steps[0].Layers.Single(layer => layer.Layer == time.Layer);
            time.Reverted.ShouldBe(time.Ratio >= 1);
            (layer.Ranks.Count == 0).ShouldBe(time.Reverted);
            (layer.SkipReason?.StartsWith("reverted: ", StringComparison.Ordinal) ?? false).ShouldBe(time.Reverted);
        }

        var bytes = File.ReadAllBytes(project.Output);
        var replayed = project.Run().Models[0];
        replayed.DecidedByTime.ShouldBeFalse();
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void Nothing_is_timed_unless_somebody_asks()
    {
        using var project = new SmallProject("cosine: { min: 1% }");

        var report = project.Run().Models[0];

        report.Times.ShouldBeEmpty();
        report.DecidedByTime.ShouldBeFalse();
    }
}
