namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Interleaves runs of two models and takes the median ratio, so that a machine that gets slower or faster meanwhile slows or speeds both.
/// </summary>
internal static class LatencyMeter
{
    private const double WarmUpSeconds = 0.2;
    private const int MostWarmUpPairs = 50;
    private const double TurnSeconds = 1e-3;
    private const int MostRunsPerTurn = 1000;
    private const int LeastPairs = 5;
    private const int LeastPairsToBeStable = 21;
    private const int MostPairs = 501;
    private const double StableHalfWidth = 0.01;

    /// <summary>
    /// Warms both models up, then measures pairs until the interval of the median ratio is within 1 % or the time is spent; five pairs at least.
    /// </summary>
    /// <param name="probe">Times the runs.</param>
    /// <param name="limit">Most time to measure for, as told by the probe; null for five seconds.</param>
    /// <param name="cancellation">Stops between pairs.</param>
    public static LatencyResult Measure(ILatencyProbe probe, TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        var runs = WarmUp(probe, cancellation);
        var pairs = new List<(double Original, double Compressed)>();
        double spent = 0;
        while (pairs.Count < LeastPairs || (pairs.Count < MostPairs && spent < (limit ?? TimeSpan.FromSeconds(5)).TotalSeconds && !IsStable(pairs)))
        {
            cancellation.ThrowIfCancellationRequested();
            var pair = Pair(probe, runs, originalFirst: pairs.Count % 2 == 0);
            spent += pair.Original + pair.Compressed;
            pairs.Add((pair.Original / runs, pair.Compressed / runs));
        }

        var (lower, median, upper) = Median(pairs.Select(pair => pair.Compressed / pair.Original));
        return new LatencyResult(
            median,
            lower,
            upper,
            Median(pairs.Select(pair => pair.Original)).Median,
            Median(pairs.Select(pair => pair.Compressed)).Median,
            pairs.Count
        );
    }

    /// <summary>How many runs a turn needs so that the clock's resolution does not matter.</summary>
    private static int WarmUp(ILatencyProbe probe, CancellationToken cancellation)
    {
        double spent = 0, shortest = double.PositiveInfinity;
        for (var pair = 0; pair == 0 || (pair < MostWarmUpPairs && spent < WarmUpSeconds); pair++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (original, compressed) = (probe.Original(1), probe.Compressed(1));
            spent += original + compressed;
            shortest = Math.Min(shortest, Math.Min(original, compressed));
        }

        return (int)Math.Clamp(Math.Ceiling(TurnSeconds / shortest), 1, MostRunsPerTurn);
    }

    /// <summary>The order changes from pair to pair, or what the first model leaves in the caches would always help the second.</summary>
    private static (double Original, double Compressed) Pair(ILatencyProbe probe, int runs, bool originalFirst)
    {
        if (originalFirst)
        {
            var first = probe.Original(runs);
            return (first, probe.Compressed(runs));
        }

        var compressed = probe.Compressed(runs);
        return (probe.Original(runs), compressed);
    }

    private static bool IsStable(List<(double Original, double Compressed)> pairs)
    {
        if (pairs.Count < LeastPairsToBeStable)
        {
            return false;
        }

        var (lower, median, upper) = Median(pairs.Select(pair => pair.Compressed / pair.Original));
        return upper - lower <= 2 * StableHalfWidth * median;
    }

    /// <summary>The median with its 95 % interval by order statistics: the number of values below the true median is binomial with p = ½.</summary>
    private static (double Lower, double Median, double Upper) Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        // Leaving out 'cut' values at each end misses the median with probability 2·P(B ≤ cut).
        var cut = 0;
        while (cut + 1 < sorted.Length / 2 && Distributions.AtMost(cut + 1, sorted.Length, 0.5) <= 0.025)
        {
            cut++;
        }

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return (sorted[cut], median, sorted[^(cut + 1)]);
    }
}
