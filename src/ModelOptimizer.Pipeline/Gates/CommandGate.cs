using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Gates on numbers that the user's own evaluator prints: there are no samples to draw conclusions from, so the measured numbers decide.</summary>
internal static class CommandGate
{
    public static GateVerdict Decide(GatePlan gate, CommandResult? result)
    {
        if (result is null)
        {
            return GateText.NotMeasured(gate, "the command of 'evaluate' was not run");
        }

        if ((result.Problem ?? Missing(gate, "original", result.Original) ?? Missing(gate, "compressed model", result.Compressed)) is { } problem)
        {
            return GateText.NotMeasured(gate, problem) with { Code = GateCodes.CommandFailed };
        }

        var (before, after) = (result.Original.Metrics[gate.Metric], result.Compressed.Metrics[gate.Metric]);
        var limit = gate.Limit.IsPercent ? gate.Limit.Value * Math.Abs(before) : gate.Limit.Value;
        var (measured, passed) = gate.Bound switch
        {
            GateBound.Min => (after, MetricGate.IsAtMost(limit, after)),
            GateBound.Max => (after, MetricGate.IsAtMost(after, limit)),
            GateBound.MaxDrop => (before - after, MetricGate.IsAtMost(before - after, limit)),
            _ => (after - before, MetricGate.IsAtMost(after - before, limit)),
        };
        var found = $"the command measured {gate.Metric} {GateText.Significant(after)}, and {GateText.Significant(before)} for the original";
        return new GateVerdict(gate, passed ? GateOutcome.Passed : GateOutcome.Failed, measured, limit, null, passed
            ? $"{GateText.Of(gate)} holds: {found}."
            : $"{GateText.Of(gate)} fails: {found}{Amount(gate, measured, limit)}; keep more of the model with a larger budget or higher ranks, leave sensitive layers alone, or allow more.");
    }

    private static string Amount(GatePlan gate, double measured, double limit) => gate.Bound switch
    {
        GateBound.MaxDrop => $", a drop of {GateText.Significant(measured)} where {GateText.Significant(limit)} is allowed",
        GateBound.MaxRise => $", a rise of {GateText.Significant(measured)} where {GateText.Significant(limit)} is allowed",
        _ => gate.Limit.IsPercent ? $", so that the limit is {GateText.Significant(limit)}" : "",
    };

    private static string? Missing(GatePlan gate, string model, CommandOutcome outcome)
    {
        if (outcome.Metrics.ContainsKey(gate.Metric))
        {
            return null;
        }

        var printed = outcome.Metrics.Count == 0 ? "no number at all" : string.Join(", ", outcome.Metrics.Keys.Order(StringComparer.Ordinal));
        return $"the command printed no number called '{gate.Metric}' for the {model}; it printed {printed}";
    }
}
