namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Distances between rows of equal length.</summary>
internal static class Differences
{
    public static double MeanSquare(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = left[i] - right[i];
            sum += difference * difference;
        }

        return sum / left.Length;
    }

    public static double MeanAbsolute(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += Math.Abs(left[i] - right[i]);
        }

        return sum / left.Length;
    }
}
