using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Gates on metrics: first whether there is anything to decide on, then the decision.</summary>
internal static class MetricGate
{
    public static GateVerdict Decide(GatePlan gate, GateEvidence evidence)
    {
        if (evidence.Evaluation is not { } evaluation)
        {
            return GateText.NotMeasured(gate, "the model has no 'evaluate:', which names the dataset to measure on");
        }

        if (evaluation.Samples == 0)
        {
            return GateText.NotMeasured(gate, "the evaluation dataset has no samples; check its files and 'samples:'");
        }

        if (evidence.Overlap > 0 && !gate.AllowOverlap)
        {
            return Overlap(gate, evaluation.Samples, evidence.Overlap);
        }

        if (evaluation.Find(gate.Metric) is not { } scores)
        {
            return GateText.NotMeasured(gate, $"'{gate.Metric}' was not computed");
        }

        if (scores.Problem is not null || !double.IsFinite(scores.CompressedValue) || (!scores.Metric.IsFidelity && !double.IsFinite(scores.OriginalValue)))
        {
            return GateText.NotMeasured(gate, scores.Problem ?? "these samples give it no finite value, as labels that are all equal do to some metrics");
        }

        return gate.Bound is GateBound.MaxDrop or GateBound.MaxRise
            ? ChanceCheck.Objection(gate, scores, evidence.Seed) ?? ChangeGate.Decide(gate, scores, evidence.Seed)
            : ValueGate.Decide(gate, scores, evidence.Seed);
    }

    /// <summary>The limit as a number in the metric's own unit.</summary>
    public static double Limit(GatePlan gate, MetricScores scores) =>
        IsShare(gate, scores) ? gate.Limit.Value * Math.Abs(scores.OriginalValue) : gate.Limit.Value;

    /// <summary>Whether the limit is a share of the original's value.</summary>
    public static bool IsShare(GatePlan gate, MetricScores scores) => gate.Limit.IsPercent && !scores.Metric.IsBounded;

    /// <summary>Whether <paramref name="value"/> is at most <paramref name="limit"/>, rounding of the arithmetic forgiven.</summary>
    public static bool IsAtMost(double value, double limit) => value <= limit + (1e-12 * Math.Max(1, Math.Abs(limit)));

    /// <summary>Digits that tell one sample more or less apart.</summary>
    public static int Decimals(MetricScores scores) =>
        scores.Metric.Scores == ScoreKind.Real ? 4 : Math.Clamp((int)Math.Ceiling(Math.Log10(scores.Samples)) - 2, 2, 6);

    /// <summary>A value of the metric.</summary>
    public static string Text(MetricScores scores, double value) =>
        scores.Metric.IsBounded ? GateText.Percent(value, Decimals(scores)) : GateText.Significant(value);

    private static GateVerdict Overlap(GatePlan gate, int samples, int overlap) =>
        GateText.NotMeasured(
            gate,
            $"{GateText.Count(overlap)} of its {GateText.Samples(samples)} {(overlap == 1 ? "is" : "are")} also used for calibration"
                + $"{(gate.ConfirmedOn is null ? "" : ", or by 'evaluate'")}; evaluate on other samples, or say 'allow-overlap: true'"
        ) with
        {
            Code = GateCodes.Overlap,
        };
}

/// <summary>
/// <c>max-drop</c> and <c>max-rise</c>: the metric gets worse by at most the limit, against the original on the same samples, shown by the one-sided upper
/// bound of the paired change.
/// </summary>
internal static class ChangeGate
{
    public static GateVerdict Decide(GatePlan gate, MetricScores scores, int seed)
    {
        var limit = new ChangeLimit(gate, scores);
        var change = scores.Metric.Scores switch
        {
            ScoreKind.ZeroOrOne => CountedChange.Of(scores, limit.Value, gate.Confidence),
            ScoreKind.Real => AveragedChange.Of(scores, limit, gate.Confidence, seed),
            _ => JointChange.Of(scores, limit, gate.Confidence, seed),
        };
        var outcome = !MetricGate.IsAtMost(change.Measured, limit.Value) ? GateOutcome.Failed
            : gate.Confidence is null || change.IsWithin ? GateOutcome.Passed
            : GateOutcome.Undecided;
        (double, double)? interval = gate.Confidence is null ? null : (double.NegativeInfinity, change.Upper);
        return new GateVerdict(gate, outcome, change.Measured, limit.Value, interval, ChangeText.Message(gate, scores, change, outcome));
    }
}

/// <summary>Change of a metric of all samples together.</summary>
internal static class JointChange
{
    public static Change Of(MetricScores scores, ChangeLimit limit, double? confidence, int seed)
    {
        var (original, compressed) = scores.Joint!.Values;
        var measured = limit.Change(original, compressed);
        if (confidence is not { } level)
        {
            return new Change(measured, false, double.NaN, null, "");
        }

        var bootstrap = new JointBootstrap(scores.Joint, (before, after) => limit.Change(before, after) - limit.Moving(before), seed);
        return AveragedChange.Bounded(measured, bootstrap.Upper(1 - GateLevel.Chance(level)) + limit.Moving(original), limit.Value, scores.Samples);
    }
}

/// <summary>Sentences of <c>max-drop</c> and <c>max-rise</c>.</summary>
internal static class ChangeText
{
    public static string Message(GatePlan gate, MetricScores scores, Change change, GateOutcome outcome) =>
        outcome switch
        {
            GateOutcome.Passed => $"{GateText.Of(gate)} holds: {Found(gate, scores, change)}.",
            GateOutcome.Failed =>
                $"{GateText.Of(gate)} fails: {Found(gate, scores, change)}; keep more of the model with a larger budget or higher ranks, leave sensitive "
                    + "layers alone, or allow more.",
            _ => $"{GateText.Of(gate)} is undecided: {Found(gate, scores, change)}; {More(change)}.",
        };

    private static string Found(GatePlan gate, MetricScores scores, Change change)
    {
        var samples = scores.Samples;
        var detail = change.Detail.Length == 0 ? "" : $" ({change.Detail})";
        return $"{Moved(scores, change)} on {GateText.Samples(samples)}{detail}{Bound(gate, scores, change)}";
    }

    private static string Moved(MetricScores scores, Change change)
    {
        var name = scores.Metric.Name;
        var to = MetricGate.Text(scores, scores.CompressedValue);
        if (change.Measured == 0)
        {
            return $"{name} stayed at {to}";
        }

        var verb = change.Measured > 0 == scores.Metric.MoreIsBetter ? "fell" : "rose";
        return $"{name} {verb} by {Amount(scores, Math.Abs(change.Measured))} from {MetricGate.Text(scores, scores.BaseValue)} to {to}";
    }

    private static string Bound(GatePlan gate, MetricScores scores, Change change)
    {
        if (gate.Confidence is not { } confidence)
        {
            return "";
        }

        var level = $"at {GateText.Significant(100 * confidence)} % confidence";
        if (double.IsInfinity(change.Upper))
        {
            return $", which are too few to bound it {level}";
        }

        var direction = scores.Metric.MoreIsBetter ? "drop" : "rise";
        return change.Upper < 0
            ? $", and it got better by at least {Amount(scores, -change.Upper)} {level}"
            : $", and the true {direction} is at most {Amount(scores, change.Upper)} {level}";
    }

    private static string More(Change change) => change.SamplesNeeded is { } needed
        ? $"about {GateText.Count(RoundUp(needed))} samples like these would decide it: evaluate on more, or compress less, or lower the gate's 'confidence'"
        : "the change is as large as the limit, so that no number of samples like these would decide it: compress less, or allow more, or let the measured "
            + "number decide with 'confidence: none'";

    /// <summary>An estimate deserves two digits.</summary>
    private static double RoundUp(double count)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(count)) - 1));
        return Math.Ceiling(count / unit) * unit;
    }

    private static string Amount(MetricScores scores, double amount) => scores.Metric.IsBounded
        ? GateText.Fixed(100 * amount, MetricGate.Decimals(scores)) + " points"
        : GateText.Significant(amount);
}
