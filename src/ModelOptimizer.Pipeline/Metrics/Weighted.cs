namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Sums over samples that count more or less often.</summary>
internal static class Weighted
{
    /// <summary>Mean of <paramref name="values"/>; NaN when no sample counts.</summary>
    public static double Mean(double[] values, int[] weights)
    {
        double sum = 0;
        long count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
            count += weights[i];
        }

        return sum / count;
    }
}
