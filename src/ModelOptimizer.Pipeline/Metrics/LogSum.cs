namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>log Σ e^x, whatever the size of x.</summary>
internal static class LogSum
{
    public static double Of(ReadOnlySpan<double> values)
    {
        var greatest = double.NegativeInfinity;
        foreach (var value in values)
        {
            greatest = Math.Max(greatest, value);
        }

        if (double.IsInfinity(greatest))
        {
            return greatest;
        }

        double sum = 0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - greatest);
        }

        return greatest + Math.Log(sum);
    }
}
