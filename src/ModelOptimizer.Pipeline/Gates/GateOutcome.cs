namespace ModelOptimizer.Pipeline.Gates;

/// <summary>A gate's decision.</summary>
public enum GateOutcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold (MOC4001).</summary>
    Failed,

    /// <summary>The samples do not decide it, which fails too (MOC4002).</summary>
    Undecided,

    /// <summary>It could not be measured, or calibration samples are among its samples, which fails too (MOC4003, MOC4004).</summary>
    NotMeasured,
}
