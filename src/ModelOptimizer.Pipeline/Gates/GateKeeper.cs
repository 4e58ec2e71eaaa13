using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Decides gates. A gate passes only when what it bounds was measured and is shown to be within the limit.</summary>
internal static class GateKeeper
{
    /// <summary>One verdict per gate, in the same order.</summary>
    public static IReadOnlyList<GateVerdict> Decide(IEnumerable<GatePlan> gates, GateEvidence evidence) => [.. gates.Select(gate => Decide(gate, evidence))];

    /// <summary>What <paramref name="gate"/> says about <paramref name="evidence"/>.</summary>
    public static GateVerdict Decide(GatePlan gate, GateEvidence evidence) =>
        GateRules.Problem(gate) is { } problem ? GateText.NotMeasured(gate, problem) : gate.Metric switch
        {
            _ when gate.IsByCommand => CommandGate.Decide(gate, evidence.Command),
            GateRules.Size or GateRules.Shipped or GateRules.Parameters or GateRules.Macs => CostGate.Decide(gate, evidence),
            GateRules.OutputError => OutputErrorGate.Decide(gate, evidence.OutputErrors),
            GateRules.Latency => LatencyGate.Decide(gate, evidence.Latency),
            _ => MetricGate.Decide(gate, evidence),
        };
}

/// <summary><c>size</c>, <c>shipped</c>, <c>params</c> and <c>macs</c>: exact numbers.</summary>
internal static class CostGate
{
    public static GateVerdict Decide(GatePlan gate, GateEvidence evidence)
    {
        var (before, after) = gate.Metric switch
        {
            GateRules.Size => (evidence.Before.Bytes, evidence.After.Bytes),
            // A share of what the original is, not of what it could be packed to.
            GateRules.Shipped => (evidence.Before.Bytes, evidence.After.Shipped),
            GateRules.Parameters => (evidence.Before.Parameters, evidence.After.Parameters),
            _ => (evidence.Before.Macs, evidence.After.Macs),
        };
        if (before is null || after is null)
        {
            return GateText.NotMeasured(
                gate,
                $"the shapes inside the {(before is null ? "original" : "compressed model")} could not be found, so its multiply-adds are unknown; gate "
                    + "'params' or 'latency' instead"
            );
        }

        if (gate.Limit.IsPercent && before == 0)
        {
            return GateText.NotMeasured(gate, $"the original's '{gate.Metric}' is 0, of which there is no percentage");
        }

        return Decide(gate, before.Value, after.Value);
    }

    private static GateVerdict Decide(GatePlan gate, long before, long after)
    {
        var limit = gate.Limit.IsPercent ? gate.Limit.Value * before : gate.Limit.Value;
        // 45% as a double times a whole number may miss the whole number it means by one bit.
        var passed = after <= limit * (1 + 1e-12);
        var measured = gate.Limit.IsPercent ? (double)after / before : after;
        var share = before == 0 ? "" : $" ({GateText.Percent((double)after / before, 1)} of {Text(gate, before)})";
        var found = $"{gate.Metric} is {Text(gate, after)}{share}";
        var excess = Math.Max(1, Math.Ceiling(after - limit));
        return new GateVerdict(
            gate,
            passed ? GateOutcome.Passed : GateOutcome.Failed,
            measured,
            gate.Limit.Value,
            null,
            passed
                ? $"{GateText.Of(gate)} holds: {found}."
                : $"{GateText.Of(gate)} fails: {found}, {Text(gate, excess)} more than the {Text(gate, Math.Floor(limit))} allowed; lower the budget or the "
                    + "ranks, compress more layers, or allow more."
        );
    }

    private static string Text(GatePlan gate, double value) =>
        gate.Metric is GateRules.Size or GateRules.Shipped ? GateText.Bytes(value) : GateText.Count(value);
}

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
        return new GateVerdict(
            gate,
            passed ? GateOutcome.Passed : GateOutcome.Failed,
            measured,
            limit,
            null,
            passed
                ? $"{GateText.Of(gate)} holds: {found}."
                : $"{GateText.Of(gate)} fails: {found}{Amount(gate, measured, limit)}; keep more of the model with a larger budget or higher ranks, leave "
                    + "sensitive layers alone, or allow more."
        );
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
