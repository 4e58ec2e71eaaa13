using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

public class ClopperPearsonTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 30)]
    [InlineData(30, 30)]
    [InlineData(7, 30)]
    [InlineData(150, 160)]
    public void Ends_Leave_Half_Of_The_Level_On_Each_Side(int successes, int samples)
    {
        var (lower, upper) = ClopperPearson.Interval(successes, samples, 0.95);

        if (successes == 0)
        {
            lower.ShouldBe(0);
        }
        else
        {
            Enumerable.Range(successes, samples - successes + 1).Sum(k => Probability(k, samples, lower)).ShouldBe(0.025, 1e-6);
        }

        if (successes == samples)
        {
            upper.ShouldBe(1);
        }
        else
        {
            Enumerable.Range(0, successes + 1).Sum(k => Probability(k, samples, upper)).ShouldBe(0.025, 1e-6);
        }
    }

    private static double Probability(int k, int n, double p)
    {
        var probability = 1.0;
        for (var i = 1; i <= k; i++)
        {
            probability *= p * (n - k + i) / i;
        }

        return probability * Math.Pow(1 - p, n - k);
    }
}
