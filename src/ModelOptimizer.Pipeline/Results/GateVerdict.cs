using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Results;

/// <summary>What a gate said, in the words of the manifest, as reports print it.</summary>
internal sealed record GateVerdict
{
    // The level of every interval but those of drops and rises, which the gate chooses.
    private const double UsualLevel = 0.95;

    /// <summary>For who reads a report.</summary>
    public GateVerdict()
    {
    }

    /// <summary>A verdict.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="outcome">Its decision.</param>
    /// <param name="measured">The number measured, in the gate's own terms (a drop for <c>max-drop</c>); NaN when there is none.</param>
    /// <param name="required">The limit in the same terms.</param>
    /// <param name="interval">The confidence interval of <paramref name="measured"/>, an end that is not known infinite; null where the number is
    /// exact.</param>
    /// <param name="message">One sentence: required, measured, interval, samples, and what would pass.</param>
    public GateVerdict(GatePlan gate, GateOutcome outcome, double measured, double required, (double Lower, double Upper)? interval, string message)
    {
        (Gate, Outcome, Measured, Required, Message) = (gate, outcome, measured, required, message);
        (Metric, Bound, Limit, Line) = (gate.Metric, gate.Bound.Word(), gate.Limit.Text, gate.Position.Line);
        ConfirmedOn = gate.ConfirmedOn;
        Severity = gate.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        if (interval is var (lower, upper))
        {
            Confidence = gate.Bound is GateBound.MaxDrop or GateBound.MaxRise ? gate.Confidence : UsualLevel;
            (Lower, Upper) = (double.IsFinite(lower) ? lower : null, double.IsFinite(upper) ? upper : null);
        }

        Code = outcome switch
        {
            GateOutcome.Passed => null,
            GateOutcome.Failed => GateCodes.Failed,
            GateOutcome.Undecided => GateCodes.Undecided,
            _ => GateCodes.NotMeasured,
        };
    }

    /// <summary>What is bounded.</summary>
    public string Metric { get; init; } = "";

    /// <summary><c>min</c>, <c>max</c>, <c>max-drop</c> or <c>max-rise</c>.</summary>
    public string Bound { get; init; } = "";

    /// <summary>The limit as written, such as <c>0.5%</c>.</summary>
    public string Limit { get; init; } = "";

    /// <summary>The dataset that this verdict is on, where it is not that of <c>evaluate</c> but the one that confirms.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ConfirmedOn { get; init; }

    /// <summary><c>error</c> or <c>warning</c>.</summary>
    public string Severity { get; init; } = "";

    /// <summary>The decision.</summary>
    public GateOutcome Outcome { get; init; }

    /// <summary>The number measured, in the gate's own terms (a drop for <c>max-drop</c>); NaN when there is none.</summary>
    public double Measured { get; init; }

    /// <summary>The limit in the same terms.</summary>
    public double Required { get; init; }

    /// <summary>Lower end of the interval; null where the number is exact, and where the end is not known: of a drop or rise only the upper one is.</summary>
    public double? Lower { get; init; }

    /// <summary>Upper end of the interval.</summary>
    public double? Upper { get; init; }

    /// <summary>Level of the interval; null where the number is exact.</summary>
    public double? Confidence { get; init; }

    /// <summary>One sentence: required, measured, interval, samples, and what would pass.</summary>
    public string Message { get; init; } = "";

    /// <summary>The manifest's line.</summary>
    public int Line { get; init; }

    /// <summary>The gate; null for a verdict that was read from a report.</summary>
    [JsonIgnore]
    public GatePlan? Gate { get; init; }

    /// <summary>One of <see cref="GateCodes"/>; null when the gate passed.</summary>
    [JsonIgnore]
    public string? Code { get; init; }

    /// <summary>Whether it holds.</summary>
    [JsonIgnore]
    public bool Holds => Outcome == GateOutcome.Passed;

    /// <summary>Whether the limit is on what compression did to the metric.</summary>
    [JsonIgnore]
    public bool IsChange => Bound is "max-drop" or "max-rise";
}

/// <summary>A gate's decision.</summary>
internal enum GateOutcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold (MOC4001).</summary>
    Failed,

    /// <summary>The samples do not decide it, or not that the original is better than chance, which fails too (MOC4002, MOC4008).</summary>
    Undecided,

    /// <summary>
    /// It could not be measured, calibration samples are among its samples, or the original is no better than chance, which fails too (MOC4003, MOC4004,
    /// MOC4008).
    /// </summary>
    [JsonStringEnumMemberName("not measured")]
    NotMeasured,
}

/// <summary>One word for all gates of a model.</summary>
internal static class Verdicts
{
    /// <summary>Every gate holds.</summary>
    public const string Passed = "passed";

    /// <summary>Every gate of severity <c>error</c> holds, and one of severity <c>warning</c> does not.</summary>
    public const string Warned = "passed with warnings";

    /// <summary>A gate of severity <c>error</c> does not hold.</summary>
    public const string Failed = "failed";

    /// <summary>There are no gates.</summary>
    public const string Ungated = "no gates";

    /// <summary>The word.</summary>
    public static string Of(IReadOnlyList<GateVerdict> gates)
    {
        var missed = gates.Where(gate => !gate.Holds).ToList();
        return (gates.Count, missed.Count) switch
        {
            (0, _) => Ungated,
            (_, 0) => Passed,
            _ => missed.Exists(gate => gate.Severity == "error") ? Failed : Warned,
        };
    }
}
