namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>gates:</c>.</summary>
internal sealed record GatePlan
{
    /// <summary>A metric's name, or <c>size</c>, <c>params</c>, <c>macs</c>, <c>latency</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Which bound.</summary>
    public required GateBound Bound { get; init; }

    /// <summary>The limit.</summary>
    public required Quantity Limit { get; init; }

    /// <summary>What a gate that does not hold is.</summary>
    public required DiagnosticSeverity Severity { get; init; }

    /// <summary>One-sided confidence level of a <c>max-drop</c> or <c>max-rise</c>; null (<c>confidence: none</c>) decides by the measured number.</summary>
    public required double? Confidence { get; init; }

    /// <summary>Whether gate samples may also be calibration samples.</summary>
    public bool AllowOverlap { get; init; }

    /// <summary>Whether the metric is one that the user's own evaluator prints (<see cref="EvaluationPlan.Command"/>).</summary>
    public bool IsByCommand { get; init; }

    /// <summary>The dataset that is to confirm the gate (<see cref="EvaluationPlan.Confirm"/>); null for the gate itself.</summary>
    public string? ConfirmedOn { get; init; }

    /// <summary>Where the gate is written; a failure points here.</summary>
    public required SourcePosition Position { get; init; }
}
