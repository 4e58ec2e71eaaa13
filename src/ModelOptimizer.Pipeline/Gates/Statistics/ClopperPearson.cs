using MathNet.Numerics.Distributions;

namespace ModelOptimizer.Pipeline.Gates.Statistics;

/// <summary>The exact two-sided interval of a share (Clopper and Pearson 1934).</summary>
internal static class ClopperPearson
{
    public static (double Lower, double Upper) Interval(int successes, int samples, double confidence)
    {
        var tail = (1 - confidence) / 2;
        return (
            successes == 0 ? 0 : Beta.InvCDF(successes, samples - successes + 1, tail),
            successes == samples ? 1 : Beta.InvCDF(successes + 1, samples - successes, 1 - tail));
    }
}
