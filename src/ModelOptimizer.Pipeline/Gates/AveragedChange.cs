using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates.Statistics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Change of a metric whose scores are any numbers.</summary>
internal static class AveragedChange
{
    public static Change Of(MetricScores scores, double limit, double? confidence, int seed)
    {
        var sign = scores.Metric.MoreIsBetter ? 1 : -1;
        var changes = scores.Original.Zip(scores.Compressed, (original, compressed) => sign * (original - compressed)).ToArray();
        if (confidence is not { } level)
        {
            return new Change(changes.Average(), false, double.NaN, null, "");
        }

        var bootstrap = new StudentizedBootstrap(changes, seed);
        var upper = bootstrap.Upper(level);
        return new Change(bootstrap.Mean, MetricGate.IsAtMost(upper, limit), upper, SamplesNeeded(bootstrap.Mean, upper, limit, changes.Length), "");
    }

    /// <summary>The distance of the bound from the mean shrinks with the root of the number of samples.</summary>
    private static double? SamplesNeeded(double mean, double upper, double limit, int samples)
    {
        if (mean >= limit)
        {
            return null;
        }

        return double.IsFinite(upper) ? samples * Math.Pow((upper - mean) / (limit - mean), 2) : Math.Max(StudentizedBootstrap.LeastSamples, 2.0 * samples);
    }
}
