using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class EarlyVerdictTests
{
    [Theory]
    [InlineData(1000, 0, 0, EarlyOutcome.Pass)]
    [InlineData(1000, 100, 10, EarlyOutcome.Fail)]
    [InlineData(1000, 20, 10, EarlyOutcome.Unknown)]
    [InlineData(100, 0, 0, EarlyOutcome.Unknown)]
    [InlineData(100, 20, 0, EarlyOutcome.Fail)]
    [InlineData(10_000, 600, 550, EarlyOutcome.Unknown)]
    [InlineData(10_000, 900, 550, EarlyOutcome.Fail)]
    [InlineData(10_000, 600, 650, EarlyOutcome.Pass)]
    internal void Drops_Are_Decided_When_They_Are_Far_From_The_Limit(int samples, int lost, int gained, EarlyOutcome expected) =>
        Of("top1 max-drop 1%", Given.Counts("top1", samples, samples / 10, lost, gained)).ShouldBe(expected);

    [Theory]
    [InlineData("top1 min 80%", EarlyOutcome.Pass)]
    [InlineData("top1 min 89%", EarlyOutcome.Unknown)]
    [InlineData("top1 min 97%", EarlyOutcome.Fail)]
    [InlineData("top1 max 97%", EarlyOutcome.Pass)]
    [InlineData("top1 max 80%", EarlyOutcome.Fail)]
    internal void Values_Are_Decided_By_Their_Interval(string gate, EarlyOutcome expected) =>
        Of(gate, Given.Counts("top1", 1000, 900, 0, 0)).ShouldBe(expected);

    [Theory]
    [InlineData("mse max-rise 0.1", EarlyOutcome.Fail)]
    [InlineData("mse max-rise 0.5", EarlyOutcome.Unknown)]
    [InlineData("mse max-rise 1", EarlyOutcome.Pass)]
    [InlineData("mse max 1", EarlyOutcome.Pass)]
    internal void Means_Are_Decided_By_Their_Bootstrap(string gate, EarlyOutcome expected) =>
        Of(gate, Given.Fidelity("mse", Enumerable.Range(0, 400).Select(i => 0.5 + (0.4 * Math.Sin(i))))).ShouldBe(expected);

    [Theory]
    [InlineData("mae max-rise 5%", EarlyOutcome.Fail)]
    [InlineData("mae max-rise 20%", EarlyOutcome.Unknown)]
    [InlineData("mae max-rise 40%", EarlyOutcome.Pass)]
    internal void Shares_Of_The_Originals_Value_Are_Too(string gate, EarlyOutcome expected)
    {
        double[] original = [.. Enumerable.Range(0, 400).Select(i => 1 + (0.9 * Math.Sin(i)))];
        double[] compressed = [.. original.Select((error, i) => (error * 1.2) + (0.3 * Math.Sin(3 * i)))];

        Of(gate, Given.Scores("mae", original, compressed)).ShouldBe(expected);
    }

    [Fact]
    public void One_Gate_That_Fails_Decides_And_One_That_Is_Open_Keeps_The_Others_Waiting()
    {
        var evaluation = Given.Counts("top1", 1000, 900, 0, 0).Evaluation!;

        EarlyVerdict.Of([Given.Gate("top1 min 80%"), Given.Gate("top1 min 97%"), Given.Gate("top1 min 90%")], evaluation, 1).ShouldBe(EarlyOutcome.Fail);
        EarlyVerdict.Of([Given.Gate("top1 min 80%"), Given.Gate("top1 min 90%")], evaluation, 1).ShouldBe(EarlyOutcome.Unknown);
        EarlyVerdict.Of([Given.Gate("top1 min 80%"), Given.Gate("top5 min 90%")], evaluation, 1).ShouldBe(EarlyOutcome.Unknown);
    }

    [Fact]
    public void Gates_That_Are_Warnings_Or_Not_On_Metrics_Do_Not_Count()
    {
        var evaluation = Given.Counts("top1", 1000, 900, 0, 0).Evaluation!;

        EarlyVerdict
            .Of(
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
            .ShouldBe(EarlyOutcome.Pass);
    }

    [Fact]
    public void Metrics_Of_All_Samples_Together_Are_Not_Guessed() =>
        Of("f1-macro min 1%", Given.Joint("f1-macro", [[0, 0], [1, 1]], [[0, 0], [1, 1]])).ShouldBe(EarlyOutcome.Unknown);

    [Fact]
    public void A_Metric_That_Cannot_Be_Computed_Fails() =>
        Of("top1 min 97%", Given.Scores("top1", [], [], "the dataset has no labels")).ShouldBe(EarlyOutcome.Fail);

    private static EarlyOutcome Of(string gate, GateEvidence evidence) => EarlyVerdict.Of([Given.Gate(gate)], evidence.Evaluation!, 1);
}
