namespace ModelOptimizer.Pipeline.Gates.Statistics;

/// <summary>Bisection.</summary>
internal static class Bisection
{
    /// <summary>The least number in an interval where <paramref name="holds"/>, which must be false, then true; <paramref name="high"/> when it is never true.</summary>
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
