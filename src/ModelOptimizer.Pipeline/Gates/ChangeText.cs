using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Sentences of <c>max-drop</c> and <c>max-rise</c>.</summary>
internal static class ChangeText
{
    public static string Message(GatePlan gate, MetricScores scores, Change change, GateOutcome outcome) => outcome switch
    {
        GateOutcome.Passed => $"{GateText.Of(gate)} holds: {Found(gate, scores, change)}.",
        GateOutcome.Failed => $"{GateText.Of(gate)} fails: {Found(gate, scores, change)}; keep more of the model with a larger budget or higher ranks, leave sensitive layers alone, or allow more.",
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
        var to = Value(scores, scores.CompressedValue);
        if (change.Measured == 0)
        {
            return $"{name} stayed at {to}";
        }

        var verb = change.Measured > 0 == scores.Metric.MoreIsBetter ? "fell" : "rose";
        return $"{name} {verb} by {Amount(scores, Math.Abs(change.Measured))} from {Value(scores, scores.BaseValue)} to {to}";
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
        : "the change is as large as the limit, so that no number of samples like these would decide it: compress less, or allow more, or let the measured number decide with 'confidence: none'";

    /// <summary>An estimate deserves two digits.</summary>
    private static double RoundUp(double count)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(count)) - 1));
        return Math.Ceiling(count / unit) * unit;
    }

    private static string Amount(MetricScores scores, double amount) => scores.Metric.IsBounded
        ? GateText.Fixed(100 * amount, MetricGate.Decimals(scores)) + " points"
        : GateText.Significant(amount);

    private static string Value(MetricScores scores, double value) => scores.Metric.IsBounded
        ? GateText.Percent(value, MetricGate.Decimals(scores))
        : GateText.Significant(value);
}
