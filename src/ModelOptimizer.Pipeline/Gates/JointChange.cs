using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates.Statistics;

namespace ModelOptimizer.Pipeline.Gates;

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
