namespace ModelOptimizer.Pipeline.Gates;

/// <summary><c>latency</c>: the median ratio of interleaved runs, as measured.</summary>
internal static class LatencyGate
{
    public static GateVerdict Decide(GatePlan gate, LatencyResult? latency)
    {
        if (latency is null)
        {
            return GateText.NotMeasured(gate, "no run was timed");
        }

        if (!double.IsFinite(latency.Ratio) || latency.Ratio <= 0)
        {
            return GateText.NotMeasured(gate, "the runs were too short for this machine's clock");
        }

        var passed = latency.Ratio <= gate.Limit.Value;
        var found =
            $"the compressed model takes {GateText.Percent(latency.Ratio, 2)} of the original's time (95 % interval {GateText.Fixed(100 * latency.Lower, 1)} "
                + $"to {GateText.Percent(latency.Upper, 1)}; "
            + $"{GateText.Seconds(latency.CompressedSeconds)} against {GateText.Seconds(latency.OriginalSeconds)}, {latency.Pairs} interleaved pairs of runs)";
        return new GateVerdict(
            gate,
            passed ? GateOutcome.Passed : GateOutcome.Failed,
            latency.Ratio,
            gate.Limit.Value,
            (latency.Lower, latency.Upper),
            passed
                ? $"{GateText.Of(gate)} holds: {found}."
                : $"{GateText.Of(gate)} fails: {found}; lower the budget or the ranks, leave out layers that do not get faster, or allow more."
        );
    }
}
