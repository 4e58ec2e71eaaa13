namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Decides gates. A gate passes only when what it bounds was measured and is shown to be within the limit.</summary>
public static class GateKeeper
{
    /// <summary>One verdict per gate, in the same order.</summary>
    public static IReadOnlyList<GateVerdict> Decide(IEnumerable<GatePlan> gates, GateEvidence evidence) => [.. gates.Select(gate => Decide(gate, evidence))];

    /// <summary>What <paramref name="gate"/> says about <paramref name="evidence"/>.</summary>
    public static GateVerdict Decide(GatePlan gate, GateEvidence evidence) =>
        GateRules.Problem(gate) is { } problem ? GateText.NotMeasured(gate, problem) : gate.Metric switch
        {
            _ when gate.IsByCommand => CommandGate.Decide(gate, evidence.Command),
            GateRules.Size or GateRules.Parameters or GateRules.Macs => CostGate.Decide(gate, evidence),
            GateRules.Latency => LatencyGate.Decide(gate, evidence.Latency),
            _ => MetricGate.Decide(gate, evidence),
        };
}
