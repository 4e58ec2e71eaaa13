namespace ModelOptimizer.Pipeline.Gates;

/// <summary><c>size</c>, <c>params</c> and <c>macs</c>: exact numbers.</summary>
internal static class CostGate
{
    public static GateVerdict Decide(GatePlan gate, GateEvidence evidence)
    {
        var (before, after) = gate.Metric switch
        {
            GateRules.Size => (evidence.Before.Bytes, evidence.After.Bytes),
            GateRules.Parameters => (evidence.Before.Parameters, evidence.After.Parameters),
            _ => (evidence.Before.Macs, evidence.After.Macs),
        };
        if (before is null || after is null)
        {
            return GateText.NotMeasured(gate, $"the shapes inside the {(before is null ? "original" : "compressed model")} could not be found, so its multiply-adds are unknown; gate 'params' or 'latency' instead");
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
        return new GateVerdict(gate, passed ? GateOutcome.Passed : GateOutcome.Failed, measured, gate.Limit.Value, null, passed
            ? $"{GateText.Of(gate)} holds: {found}."
            : $"{GateText.Of(gate)} fails: {found}, {Text(gate, excess)} more than the {Text(gate, Math.Floor(limit))} allowed; lower the budget or the ranks, compress more layers, or allow more.");
    }

    private static string Text(GatePlan gate, double value) => gate.Metric == GateRules.Size ? GateText.Bytes(value) : GateText.Count(value);
}
