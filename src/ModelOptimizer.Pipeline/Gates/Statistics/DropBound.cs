using MathNet.Numerics.Distributions;

namespace ModelOptimizer.Pipeline.Gates.Statistics;

/// <summary>Whether the true drop of a share of right samples is shown to be within a limit, and the greatest drop the samples leave possible.</summary>
internal static class DropBound
{
    /// <summary>
    /// Correction of one sample: the lost minus the gained change in steps of two when all samples are discordant. With it the chance to pass at a true drop equal to the limit
    /// stays at the level for all numbers of samples and all discordances (see the tests); with the usual half it reaches 5.8 % at 20 samples.
    /// </summary>
    private const double Correction = 1;

    /// <summary>Whether the true drop is at most <paramref name="limit"/>, with one-sided <paramref name="confidence"/>.</summary>
    public static bool IsWithin(PairedCounts counts, double limit, double confidence) =>
        IsWithin(counts.Samples, counts.Lost, counts.Gained, limit, confidence);

    /// <summary>The least limit that <see cref="IsWithin(PairedCounts, double, double)"/> accepts; 1 at most.</summary>
    public static double Upper(PairedCounts counts, double confidence) =>
        Bisection.LeastTrue(Math.Max(0, counts.Drop), 1, limit => IsWithin(counts, limit, confidence));

    /// <summary>About how many samples like these would show that the drop is at most <paramref name="limit"/>; null when no number would.</summary>
    public static double? SamplesNeeded(PairedCounts counts, double limit, double confidence)
    {
        if (counts.Drop >= limit)
        {
            return null;
        }
        bool Suffices(double factor) => IsWithin(factor * counts.Samples, factor * counts.Lost, factor * counts.Gained, limit, confidence);
        double most = 2;
        while (!Suffices(most))
        {
            most *= 2;
            if (most > 1e9)
            {
                return null;
            }
        }
        return counts.Samples * Bisection.LeastTrue(1, most, Suffices);
    }

    private static bool IsWithin(double samples, double lost, double gained, double limit, double confidence) =>
        limit >= 1 || PairedScore.Statistic(samples, lost, gained, limit, Correction) <= -Normal.InvCDF(0, 1, confidence);
}
