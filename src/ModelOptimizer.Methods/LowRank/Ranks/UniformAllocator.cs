namespace ModelOptimizer.Methods.LowRank;

/// <summary>The same fraction f of every full rank, R = max(1, round(f·full)), f the largest that fits.</summary>
internal static class UniformAllocator
{
    /// <summary>round(f·full), at least 1; halves go up.</summary>
    public static int Rank(double fraction, int full) => Math.Clamp((int)Math.Floor((fraction * full) + 0.5 + 1e-9), 1, full);

    /// <summary>The largest f at which <paramref name="cost"/> is within <paramref name="budget"/>; null when none is.</summary>
    /// <param name="fullRanks">Every full rank that occurs: f matters only where one of the products passes a half.</param>
    /// <param name="cost">The cost at an f; it must not fall as f rises.</param>
    /// <param name="budget">The most it may be.</param>
    public static double? Largest(IEnumerable<int> fullRanks, Func<double, double> cost, double budget)
    {
        double[] steps = [0, .. fullRanks.Distinct().SelectMany(full => Enumerable.Range(1, full - 1).Select(rank => (rank + 0.5) / full)).Distinct().Order()];
        var (fits, fails) = (-1, steps.Length);
        while (fails - fits > 1)
        {
            var middle = (fits + fails) / 2;
            (fits, fails) = cost(steps[middle]) <= budget ? (middle, fails) : (fits, middle);
        }

        return fits < 0 ? null : steps[fits];
    }
}
