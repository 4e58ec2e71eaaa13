namespace ModelOptimizer.Pipeline.Results;

/// <summary>Codes of gates that do not pass.</summary>
internal static class GateCodes
{
    /// <summary>The gate does not hold.</summary>
    public const string Failed = "MOC4001";

    /// <summary>The samples do not decide the gate.</summary>
    public const string Undecided = "MOC4002";

    /// <summary>What the gate bounds could not be measured.</summary>
    public const string NotMeasured = "MOC4003";

    /// <summary>Calibration samples are among the gate's samples.</summary>
    public const string Overlap = "MOC4004";

    /// <summary>The user's own evaluator failed, or did not print what the gate bounds. Unlike other failures it may pass when tried again.</summary>
    public const string CommandFailed = "MOC4005";

    /// <summary>The original is not better than chance, so that it has nothing to lose.</summary>
    public const string Chance = "MOC4008";

    /// <summary>The first candidate of a search fails a gate.</summary>
    public const string NothingPasses = "MOC4006";

    /// <summary>Warning: the outputs are far from the original's.</summary>
    public const string OutputsFarOff = "MOC4009";
}
