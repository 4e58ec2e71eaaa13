using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary><c>output-error</c>: the measured error of the worst output decides, a statement about these samples.</summary>
internal static class OutputErrorGate
{
    public static GateVerdict Decide(GatePlan gate, OutputErrors? errors)
    {
        if (errors is not { Worst: { } worst })
        {
            return GateText.NotMeasured(gate, errors?.Problem ?? "no samples were looked at");
        }

        var passed = worst.RelativeError <= gate.Limit.Value;
        var found = Wording.Outputs(errors);
        return new GateVerdict(gate, passed ? GateOutcome.Passed : GateOutcome.Failed, worst.RelativeError, gate.Limit.Value, null, passed
            ? $"{GateText.Of(gate)} holds: {found}."
            : $"{GateText.Of(gate)} fails: {found}; {Advice(errors)}.");
    }

    private static string Advice(OutputErrors errors) => errors.Dataset is not null
        ? "keep more of the model with more bits, a larger budget or higher ranks, leave sensitive layers alone, or allow more"
        : "noise is unlike what the model is made for, so give it real samples with 'calibrate: { dataset: … }', or keep more of the model, or allow more";
}
