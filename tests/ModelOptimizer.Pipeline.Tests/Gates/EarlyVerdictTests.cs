using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class EarlyVerdictTests
{
    [Theory]
    [InlineData(1000, 0, 0, false)]
    [InlineData(1000, 100, 10, true)]
    [InlineData(1000, 20, 10, false)]
    [InlineData(100, 0, 0, false)]
    [InlineData(100, 20, 0, true)]
    [InlineData(10_000, 600, 550, false)]
    [InlineData(10_000, 900, 550, true)]
    [InlineData(10_000, 600, 650, false)]
    public void Drops_Fail_Early_When_They_Are_Far_Beyond_The_Limit(int samples, int lost, int gained, bool expected) =>
        Fails("top1 max-drop 1%", Given.Counts("top1", samples, samples / 10, lost, gained)).ShouldBe(expected);

    [Theory]
    [InlineData("top1 min 80%", false)]
    [InlineData("top1 min 89%", false)]
    [InlineData("top1 min 97%", true)]
    [InlineData("top1 max 97%", false)]
    [InlineData("top1 max 80%", true)]
    public void Values_Fail_By_Their_Interval(string gate, bool expected) =>
        Fails(gate, Given.Counts("top1", 1000, 900, 0, 0)).ShouldBe(expected);

    [Theory]
    [InlineData("mse max-rise 0.1", true)]
    [InlineData("mse max-rise 0.5", false)]
    [InlineData("mse max-rise 1", false)]
    [InlineData("mse max 1", false)]
    public void Means_Fail_By_Their_Bootstrap(string gate, bool expected) =>
        Fails(gate, Given.Fidelity("mse", Enumerable.Range(0, 400).Select(i => 0.5 + (0.4 * Math.Sin(i))))).ShouldBe(expected);

    [Theory]
    [InlineData("mae max-rise 5%", true)]
    [InlineData("mae max-rise 20%", false)]
    [InlineData("mae max-rise 40%", false)]
    public void Shares_Of_The_Originals_Value_Are_Too(string gate, bool expected)
    {
        double[] original = [.. Enumerable.Range(0, 400).Select(i => 1 + (0.9 * Math.Sin(i)))];
        double[] compressed = [.. original.Select((error, i) => (error * 1.2) + (0.3 * Math.Sin(3 * i)))];

        Fails(gate, Given.Scores("mae", original, compressed)).ShouldBe(expected);
    }

    [Fact]
    public void One_Gate_That_Fails_Is_Enough()
    {
        var evaluation = Given.Counts("top1", 1000, 900, 0, 0).Evaluation!;

        EarlyVerdict.Fails([Given.Gate("top1 min 80%"), Given.Gate("top1 min 97%"), Given.Gate("top1 min 90%")], evaluation, 1).ShouldBe(true);
        EarlyVerdict.Fails([Given.Gate("top1 min 80%"), Given.Gate("top1 min 90%")], evaluation, 1).ShouldBe(false);
        EarlyVerdict.Fails([Given.Gate("top1 min 80%"), Given.Gate("top5 min 90%")], evaluation, 1).ShouldBe(false);
    }

    [Fact]
    public void Gates_That_Are_Warnings_Or_Not_On_Metrics_Do_Not_Count()
    {
        var evaluation = Given.Counts("top1", 1000, 900, 0, 0).Evaluation!;

        EarlyVerdict
            .Fails(
                [
                    Given.Gate("top1 min 97%") with
                    {
                        Severity = DiagnosticSeverity.Warning,
                    },
                    Given.Gate("size max 1%"),
                    Given.Gate("mAP min 1") with
                    {
                        IsByCommand = true,
                    },
                ],
                evaluation,
                1
            )
            .ShouldBe(false);
    }

    [Fact]
    public void Metrics_Of_All_Samples_Together_Are_Not_Guessed() =>
        Fails("f1-macro min 1%", Given.Joint("f1-macro", [[0, 0], [1, 1]], [[0, 0], [1, 1]])).ShouldBe(false);

    [Fact]
    public void A_Metric_That_Cannot_Be_Computed_Fails() =>
        Fails("top1 min 97%", Given.Scores("top1", [], [], "the dataset has no labels")).ShouldBe(true);

    private static bool Fails(string gate, GateEvidence evidence) => EarlyVerdict.Fails([Given.Gate(gate)], evidence.Evaluation!, 1);
}
