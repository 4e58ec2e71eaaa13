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

        if (evidence.CalibrationOverlap > 0 && !gate.AllowOverlap)
        {
            return Overlap(gate, evaluation.Samples, evidence.CalibrationOverlap);
        }

        if (evaluation.Find(gate.Metric) is not { } scores)
        {
            return GateText.NotMeasured(gate, $"'{gate.Metric}' was not computed");
        }

        if (scores.Problem is not null || !double.IsFinite(scores.CompressedValue) || (!scores.Metric.IsFidelity && !double.IsFinite(scores.OriginalValue)))
        {
            return GateText.NotMeasured(gate, scores.Problem ?? "these samples give it no finite value, as labels that are all equal do to some metrics");
        }

        return gate.Bound is GateBound.MaxDrop or GateBound.MaxRise ? ChangeGate.Decide(gate, scores, evidence.Seed) : ValueGate.Decide(gate, scores, evidence.Seed);
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

    private static GateVerdict Overlap(GatePlan gate, int samples, int overlap) =>
        GateText.NotMeasured(gate, $"{GateText.Count(overlap)} of its {GateText.Samples(samples)} {(overlap == 1 ? "is" : "are")} also used for calibration; evaluate on other samples, or say 'allow-overlap: true'") with
        {
            Code = GateCodes.Overlap,
        };
}
