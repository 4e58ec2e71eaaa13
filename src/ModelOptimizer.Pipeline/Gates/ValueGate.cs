using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary><c>min</c> and <c>max</c> of a metric: statements about these samples, decided by the measured number; the interval is for the reader.</summary>
internal static class ValueGate
{
    private const double Level = 0.95;

    public static GateVerdict Decide(GatePlan gate, MetricScores scores, int seed)
    {
        var (value, limit) = (scores.CompressedValue, MetricGate.Limit(gate, scores));
        var passed = gate.Bound == GateBound.Min ? MetricGate.IsAtMost(limit, value) : MetricGate.IsAtMost(value, limit);
        var interval = Interval(scores, seed, Level);
        var shown = interval is { } ends
            ? $"95 % interval {MetricGate.Text(scores, ends.Lower)} to {MetricGate.Text(scores, ends.Upper)}"
            : "too few for an interval";
        var found = $"{gate.Metric} is {MetricGate.Text(scores, value)} on {GateText.Samples(scores.Samples)} ({shown})";
        return new GateVerdict(gate, passed ? GateOutcome.Passed : GateOutcome.Failed, value, limit, interval, passed
            ? $"{GateText.Of(gate)} holds: {found}."
            : $"{GateText.Of(gate)} fails: {found}{Original(scores)}; {Help(gate, scores)}.");
    }

    /// <summary>The two-sided interval of the compressed model's value; null when the samples are too few.</summary>
    public static (double Lower, double Upper)? Interval(MetricScores scores, int seed, double confidence)
    {
        if (scores.Metric.Scores == ScoreKind.ZeroOrOne)
        {
            return ClopperPearson.Interval((int)scores.Compressed.Sum(), scores.Samples, confidence);
        }

        if (scores.Joint is { } joint)
        {
            var draws = new JointBootstrap(joint, (_, compressed) => compressed, seed);
            return Known(draws.Lower((1 + confidence) / 2), draws.Upper((1 + confidence) / 2));
        }

        var bootstrap = new StudentizedBootstrap(scores.Compressed, seed);
        return Known(bootstrap.Lower((1 + confidence) / 2), bootstrap.Upper((1 + confidence) / 2));
    }

    private static (double Lower, double Upper)? Known(double lower, double upper) => double.IsFinite(lower) && double.IsFinite(upper) ? (lower, upper) : null;

    private static string Original(MetricScores scores) =>
        scores.Metric.IsFidelity ? "" : $", and the original's is {MetricGate.Text(scores, scores.OriginalValue)}";

    private static string Help(GatePlan gate, MetricScores scores)
    {
        if (gate.Bound == GateBound.Min != scores.Metric.MoreIsBetter)
        {
            return "write another limit";
        }

        var originalPasses = scores.Metric.IsFidelity || (gate.Bound == GateBound.Min
            ? MetricGate.IsAtMost(MetricGate.Limit(gate, scores), scores.OriginalValue)
            : MetricGate.IsAtMost(scores.OriginalValue, MetricGate.Limit(gate, scores)));
        return originalPasses
            ? "keep more of the model with a larger budget or higher ranks, leave sensitive layers alone, or allow more"
            : "not even the original reaches the limit, so check the dataset, its labels and 'preprocess:', or allow more";
    }
}
