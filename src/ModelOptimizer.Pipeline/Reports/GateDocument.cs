using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A <see cref="GateVerdict"/> as JSON.</summary>
internal sealed record GateDocument(
    string Metric,
    string Bound,
    string Limit,
    string Severity,
    string Outcome,
    double? Measured,
    double? Required,
    double? Lower,
    double? Upper,
    string Message,
    int Line)
{
    public static GateDocument Of(GateVerdict verdict) => new(
        verdict.Gate.Metric,
        Word(verdict.Gate.Bound),
        verdict.Gate.Limit.Text,
        verdict.Gate.Severity == Diagnostics.DiagnosticSeverity.Error ? "error" : "warning",
        Word(verdict.Outcome),
        MetricDocument.Finite(verdict.Measured),
        MetricDocument.Finite(verdict.Required),
        verdict.Interval is { } interval ? MetricDocument.Finite(interval.Lower) : null,
        verdict.Interval is { } ends ? MetricDocument.Finite(ends.Upper) : null,
        verdict.Message,
        verdict.Gate.Position.Line);

    private static string Word(GateBound bound) => bound switch
    {
        GateBound.Min => "min",
        GateBound.Max => "max",
        GateBound.MaxDrop => "max-drop",
        _ => "max-rise",
    };

    private static string Word(GateOutcome outcome) => outcome switch
    {
        GateOutcome.Passed => "passed",
        GateOutcome.Failed => "failed",
        GateOutcome.Undecided => "undecided",
        _ => "not measured",
    };
}
