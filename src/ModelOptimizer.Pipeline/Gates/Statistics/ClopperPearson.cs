namespace ModelOptimizer.Pipeline.Gates;

/// <summary>The exact two-sided interval of a share (Clopper and Pearson 1934).</summary>
internal static class ClopperPearson
{
    public static (double Lower, double Upper) Interval(int successes, int samples, double confidence)
    {
        var tail = (1 - confidence) / 2;
        return (
            successes == 0 ? 0 : Distributions.ProbabilityOfAtLeast(successes, samples, tail),
            successes == samples ? 1 : Distributions.ProbabilityOfAtMost(successes, samples, tail));
    }
}
