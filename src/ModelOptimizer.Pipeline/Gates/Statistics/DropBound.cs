namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Whether the true drop of a share of right samples is shown to be within a limit, and the greatest drop the samples leave possible. At a true drop equal to
/// the limit the chance to pass is at most one minus the confidence, whatever the number of samples and the discordance.
/// </summary>
internal static class DropBound
{
    /// <summary>Up to here the exact test, which accepts about one lost sample more, is quick.</summary>
    private const int MostDiscordantForExact = 500;

    /// <summary>
    /// One sample: lost minus gained change in steps of two when all samples are discordant. With the usual half the chance to pass can exceed the level.
    /// </summary>
    private const double Correction = 1;

    /// <summary>Whether the true drop is at most <paramref name="limit"/>, with one-sided <paramref name="confidence"/>.</summary>
    public static bool IsWithin(PairedCounts counts, double limit, double confidence)
    {
        if (limit >= 1)
        {
            return true;
        }

        return counts.Lost + counts.Gained <= MostDiscordantForExact
            ? ExactDrop.PValue(counts, limit) <= GateLevel.Chance(confidence)
            : IsWithinByScore(counts.Samples, counts.Lost, counts.Gained, limit, confidence);
    }

    /// <summary>Whether the true drop is more than <paramref name="limit"/>, with one-sided <paramref name="confidence"/>.</summary>
    public static bool IsBeyond(PairedCounts counts, double limit, double confidence) =>
        limit < 1
        && PairedScore.Statistic(counts.Samples, counts.Lost, counts.Gained, limit, -Correction) >= -Distributions.NormalQuantile(GateLevel.Chance(confidence));

    /// <summary>
    /// The least limit that the samples show to hold: at most <paramref name="limit"/> if and only if <paramref name="within"/>, its own decision.
    /// </summary>
    public static double Upper(PairedCounts counts, double confidence, double limit, bool within) => within
        ? Bisection.LeastTrue(Math.Clamp(counts.Drop, 0, limit), limit, candidate => IsWithin(counts, candidate, confidence))
        : Bisection.LeastTrue(Math.Max(counts.Drop, limit), 1, candidate => IsWithin(counts, candidate, confidence));

    /// <summary>About how many samples like these would show that the drop is at most <paramref name="limit"/>; null when no number would.</summary>
    public static double? SamplesNeeded(PairedCounts counts, double limit, double confidence)
    {
        bool Suffices(double factor) => IsWithinByScore(factor * counts.Samples, factor * counts.Lost, factor * counts.Gained, limit, confidence);
        double most = 2;
        while (!Suffices(most))
        {
            most *= 2;
            if (most > 1e9)
            {
                return null;
            }
        }

        return Math.Max(counts.Samples + 1, counts.Samples * Bisection.LeastTrue(1, most, Suffices));
    }

    private static bool IsWithinByScore(double samples, double lost, double gained, double limit, double confidence) =>
        PairedScore.Statistic(samples, lost, gained, limit, Correction) <= Distributions.NormalQuantile(GateLevel.Chance(confidence));
}

/// <summary>Bisection.</summary>
internal static class Bisection
{
    /// <summary>
    /// The least number in an interval where <paramref name="holds"/>, which must be false, then true; <paramref name="high"/> when it is never true.
    /// </summary>
    public static double LeastTrue(double low, double high, Func<double, bool> holds)
    {
        if (holds(low))
        {
            return low;
        }
        while (high - low > 1e-7 * Math.Max(1, Math.Abs(high)))
        {
            var middle = (low + high) / 2;
            (low, high) = holds(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
