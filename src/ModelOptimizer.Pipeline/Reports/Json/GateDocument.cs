using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Reports.Json;

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
    double? Confidence,
    string Message,
    int Line)
{
    // The level of every interval but those of drops and rises, which the gate chooses.
    private const double UsualLevel = 0.95;

    /// <summary>Whether the limit is on what compression did to the metric.</summary>
    [JsonIgnore]
    public bool IsChange => Bound is "max-drop" or "max-rise";

    [JsonIgnore]
    public bool Holds => Outcome == "passed";

    public static GateDocument Of(GateVerdict verdict) => new(
        verdict.Gate.Metric,
        GateRules.Word(verdict.Gate.Bound),
        verdict.Gate.Limit.Text,
        verdict.Gate.Severity == Diagnostics.DiagnosticSeverity.Error ? "error" : "warning",
        Word(verdict.Outcome),
        MetricDocument.Finite(verdict.Measured),
        MetricDocument.Finite(verdict.Required),
        verdict.Interval is { } interval ? MetricDocument.Finite(interval.Lower) : null,
        verdict.Interval is { } ends ? MetricDocument.Finite(ends.Upper) : null,
        verdict.Interval is null ? null : verdict.Gate.Bound is GateBound.MaxDrop or GateBound.MaxRise ? verdict.Gate.Confidence : UsualLevel,
        verdict.Message,
        verdict.Gate.Position.Line);

    private static string Word(GateOutcome outcome) => outcome switch
    {
        GateOutcome.Passed => "passed",
        GateOutcome.Failed => "failed",
        GateOutcome.Undecided => "undecided",
        _ => "not measured",
    };
}
