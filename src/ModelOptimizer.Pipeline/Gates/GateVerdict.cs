using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>What a gate said.</summary>
/// <param name="Gate">The gate.</param>
/// <param name="Outcome">Its decision.</param>
/// <param name="Measured">The number measured, in the gate's own terms (a drop for <c>max-drop</c>); NaN when there is none.</param>
/// <param name="Required">The limit in the same terms.</param>
/// <param name="Interval">The confidence interval of <paramref name="Measured"/>; null where the number is exact. Of a drop or rise only the upper bound is known.</param>
/// <param name="Message">One sentence: required, measured, interval, samples, and what would pass.</param>
public sealed record GateVerdict(GatePlan Gate, GateOutcome Outcome, double Measured, double Required, (double Lower, double Upper)? Interval, string Message)
{
    /// <summary>One of <see cref="GateCodes"/>; null when the gate passed.</summary>
    public string? Code { get; init; } = Outcome switch
    {
        GateOutcome.Passed => null,
        GateOutcome.Failed => GateCodes.Failed,
        GateOutcome.Undecided => GateCodes.Undecided,
        _ => GateCodes.NotMeasured,
    };
}
