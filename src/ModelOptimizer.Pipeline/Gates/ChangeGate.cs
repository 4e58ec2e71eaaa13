using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates.Statistics;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// <c>max-drop</c> and <c>max-rise</c>: the metric gets worse by at most the limit, against the original on the same samples, shown by the one-sided upper bound of the paired change.
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
