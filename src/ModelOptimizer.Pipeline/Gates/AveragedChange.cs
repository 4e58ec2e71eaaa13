using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Change of a metric whose scores are any numbers.</summary>
internal static class AveragedChange
{
    public static Change Of(MetricScores scores, ChangeLimit limit, double? confidence, int seed)
    {
        var measured = limit.Change(scores.Original.Average(), scores.Compressed.Average());
        return confidence is { } level
            ? Bounded(
                measured,
                new StudentizedBootstrap(Excesses(scores, limit), seed).Upper(1 - GateLevel.Chance(level)) + limit.Moving(scores.BaseValue),
                limit.Value,
                scores.Samples
            )
            : new Change(measured, false, double.NaN, null, "");
    }

    /// <summary>
    /// Each sample's change; where the limit is a share of the original's value, less that share, since it varies with the samples as that value does.
    /// </summary>
    public static double[] Excesses(MetricScores scores, ChangeLimit limit) =>
        [.. scores.Original.Zip(scores.Compressed, (original, compressed) => limit.Change(original, compressed) - limit.Moving(original))];

    /// <summary>A change whose bound is known.</summary>
    public static Change Bounded(double measured, double upper, double limit, int samples) =>
        new(measured, MetricGate.IsAtMost(upper, limit), upper, SamplesNeeded(measured, upper, limit, samples), "");

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
