using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class GateKeeperTests
{
    [Theory]
    [InlineData(6, GateOutcome.Passed)]
    [InlineData(7, GateOutcome.Failed)]
    internal void Measured_Number_Exactly_At_The_Limit_Passes_Without_Confidence(int lost, GateOutcome expected) =>
        // 0.3 / 100 is not the double nearest to 6 / 2000.
        GateKeeper.Decide(Given.Gate("top1 max-drop 0.3%", confidence: null), Given.Counts("top1", 2000, 1900, lost, 0)).Outcome.ShouldBe(expected);

    [Theory]
    [InlineData("output-error max 14%")]
    [InlineData("output-error max 0.14")]
    public void An_Error_Of_The_Outputs_Is_Bounded_By_A_Number_Or_The_Same_In_Percent(string gate)
    {
        GateVerdict Of(double error) => GateKeeper.Decide(
            Given.Gate(gate, confidence: null),
            Given.Evidence() with { OutputErrors = new OutputErrors { Outputs = [new OutputError("scores", error, 0.99)], Samples = 8 } });

        (Of(0.14).Outcome, Of(0.1401).Outcome, Of(0.2).Required).ShouldBe((GateOutcome.Passed, GateOutcome.Failed, 0.14));
    }

    [Fact]
    public void Verdict_Has_Its_Numbers_In_The_Gates_Terms()
    {
        var drop = GateKeeper.Decide(Given.Gate("top1 max-drop 0.5%"), Given.Counts("top1", 2000, 1940, 9, 2));
        drop.Outcome.ShouldBe(GateOutcome.Undecided);
        drop.Measured.ShouldBe(0.0035, 1e-12);
        drop.Required.ShouldBe(0.005);
        drop.Upper.ShouldNotBeNull().ShouldBeGreaterThan(0.005);

        var size = GateKeeper.Decide(Given.Gate("size max 150 KB"), Given.Evidence());
        size.Measured.ShouldBe(103_200);
        size.Required.ShouldBe(150_000);
        size.Confidence.ShouldBeNull();
        size.Code.ShouldBeNull();

        var shipped = Given.Evidence() with { After = Given.Evidence().After with { Shipped = 22_890 } };
        GateKeeper.Decide(Given.Gate("shipped max 20 KB"), shipped).Outcome.ShouldBe(GateOutcome.Failed);
        GateKeeper.Decide(Given.Gate("shipped max 10%"), shipped).Measured.ShouldBe(0.1, 1e-12, "of the original file");

        GateKeeper.Decide(Given.Gate("params max 50%"), Given.Evidence()).Measured.ShouldBe(25.0 / 56, 1e-12);
        double.IsNaN(GateKeeper.Decide(Given.Gate("top1 min 97%"), Given.Evidence()).Measured).ShouldBeTrue();
    }

    [Fact]
    public void Higher_Confidence_Needs_More()
    {
        var evidence = Given.Counts("top1", 2000, 1940, 5, 4);

        GateKeeper.Decide(Given.Gate("top1 max-drop 0.5%", confidence: 0.8), evidence).Outcome.ShouldBe(GateOutcome.Passed);
        GateKeeper.Decide(Given.Gate("top1 max-drop 0.5%", confidence: 0.999), evidence).Outcome.ShouldBe(GateOutcome.Undecided);
    }

    [Fact]
    public void Overlap_Is_Allowed_When_The_Gate_Says_So()
    {
        var evidence = Given.Counts("top1", 2000, 1940, 0, 0) with { Overlap = 12 };

        GateKeeper.Decide(Given.Gate("top1 min 90%") with { AllowOverlap = true }, evidence).Outcome.ShouldBe(GateOutcome.Passed);
        GateKeeper.Decide(Given.Gate("top1 min 90%"), evidence).Code.ShouldBe(GateCodes.Overlap);
    }

    [Fact]
    public void Overlap_Does_Not_Matter_For_What_Is_Not_Measured_On_Samples() =>
        GateKeeper.Decide(Given.Gate("size max 50%"), Given.Evidence() with { Overlap = 12 }).Outcome.ShouldBe(GateOutcome.Passed);

    [Fact]
    public void Verdicts_Come_In_The_Gates_Order() =>
        GateKeeper.Decide([Given.Gate("size max 50%"), Given.Gate("size max 10%")], Given.Evidence()).Select(verdict => verdict.Outcome)
            .ShouldBe([GateOutcome.Passed, GateOutcome.Failed]);

    [Fact]
    public void Same_Seed_Gives_The_Same_Verdict()
    {
        var evidence = Given.Fidelity("mse", Enumerable.Range(0, 100).Select(i => Math.Abs(Math.Sin(i))));
        var gate = Given.Gate("mse max-rise 0.7");

        GateKeeper.Decide(gate, evidence).ShouldBe(GateKeeper.Decide(gate, evidence));
    }
}
