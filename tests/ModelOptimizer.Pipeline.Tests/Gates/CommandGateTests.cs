using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class CommandGateTests
{
    [Theory]
    [InlineData("mAP min 0.7", GateOutcome.Passed, 0.7)]
    [InlineData("mAP min 0.71", GateOutcome.Failed, 0.7)]
    [InlineData("mAP max 0.7", GateOutcome.Passed, 0.7)]
    [InlineData("mAP max 0.69", GateOutcome.Failed, 0.7)]
    [InlineData("mAP min 87.5%", GateOutcome.Passed, 0.7)]
    [InlineData("mAP min 88%", GateOutcome.Failed, 0.7)]
    [InlineData("mAP max-drop 0.1", GateOutcome.Passed, 0.1)]
    [InlineData("mAP max-drop 0.09", GateOutcome.Failed, 0.1)]
    [InlineData("mAP max-drop 12.5%", GateOutcome.Passed, 0.1)]
    [InlineData("mAP max-drop 12%", GateOutcome.Failed, 0.1)]
    [InlineData("mAP max-rise 0", GateOutcome.Passed, -0.1)]
    [InlineData("loss max-rise 5%", GateOutcome.Passed, 0.1)]
    [InlineData("loss max-rise 4%", GateOutcome.Failed, 0.1)]
    internal void The_Measured_Numbers_Decide(string gate, GateOutcome expected, double measured)
    {
        var verdict = Decide(gate);

        verdict.Outcome.ShouldBe(expected);
        verdict.Measured.ShouldBe(measured, 1e-12);
        verdict.Confidence.ShouldBeNull();
    }

    [Fact]
    public void A_Failure_Says_What_Was_Measured_And_What_Is_Allowed()
    {
        Decide("mAP max-drop 12%")
            .Message.ShouldBe(
                "'mAP: { max-drop: 12% }' fails: the command measured mAP 0.7, and 0.8 for the original, a drop of 0.1 where 0.096 is allowed; keep more of "
                    + "the model with a larger budget or higher ranks, leave sensitive layers alone, or allow more."
            );
        Decide("mAP min 0.7").Message.ShouldBe("'mAP: { min: 0.7 }' holds: the command measured mAP 0.7, and 0.8 for the original.");
    }

    [Fact]
    public void What_Is_Not_Printed_Fails_With_What_Is()
    {
        var verdict = Decide("map min 0.7");

        (verdict.Outcome, verdict.Code).ShouldBe((GateOutcome.NotMeasured, GateCodes.CommandFailed));
        verdict.Message.ShouldBe(
            "'map: { min: 0.7 }' could not be measured: the command printed no number called 'map' for the original; it printed loss, mAP."
        );
    }

    [Fact]
    public void A_Command_That_Failed_Fails_The_Gate()
    {
        var failed = new CommandResult(Printed(0.8), new CommandOutcome(new Dictionary<string, double>(), "the command ended with exit code 1"));
        var verdict = GateKeeper.Decide(Gate("mAP min 0.7"), Given.Evidence() with { Command = failed });

        verdict.Code.ShouldBe(GateCodes.CommandFailed);
        verdict.Message.ShouldBe("'mAP: { min: 0.7 }' could not be measured: on the compressed model, the command ended with exit code 1.");
        GateKeeper.Decide(Gate("mAP min 0.7"), Given.Evidence()).Outcome.ShouldBe(GateOutcome.NotMeasured);
    }

    private static GateVerdict Decide(string gate) =>
        GateKeeper.Decide(Gate(gate), Given.Evidence() with { Command = new CommandResult(Printed(0.8, 2), Printed(0.7, 2.1)) });

    private static Plan.GatePlan Gate(string gate) => Given.Gate(gate, confidence: null) with { IsByCommand = true };

    private static CommandOutcome Printed(double precision, double loss = 0) => new(new Dictionary<string, double> { ["mAP"] = precision, ["loss"] = loss });
}
