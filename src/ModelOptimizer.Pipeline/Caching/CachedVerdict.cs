using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>A <see cref="GateVerdict"/> without its gate, which the current manifest supplies: only the gate's place can have changed.</summary>
public sealed record CachedVerdict(GateOutcome Outcome, string? Code, double Measured, double Required, double? Lower, double? Upper, string Message)
{
    /// <summary>What is kept of <paramref name="verdict"/>.</summary>
    public static CachedVerdict From(GateVerdict verdict) =>
        new(verdict.Outcome, verdict.Code, verdict.Measured, verdict.Required, verdict.Interval?.Lower, verdict.Interval?.Upper, verdict.Message);

    /// <summary>The verdict on <paramref name="gate"/>.</summary>
    public GateVerdict On(GatePlan gate) =>
        new(gate, Outcome, Measured, Required, Lower is { } lower && Upper is { } upper ? (lower, upper) : null, Message) { Code = Code };
}
