using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

public class PairedScoreTests
{
    [Theory]
    [InlineData(20, 3, 1, 0.1)]
    [InlineData(500, 12, 9, 0.02)]
    [InlineData(2000, 0, 7, 0.005)]
    [InlineData(2000, 40, 0, 0.03)]
    public void Statistic_Uses_The_Most_Likely_Chance_Of_A_Gain(int samples, int lost, int gained, double drop)
    {
        var gain = MostLikelyGain(samples, lost, gained, drop);
        var expected = (lost - gained - (samples * drop)) / Math.Sqrt(samples * ((2 * gain) + drop - (drop * drop)));

        PairedScore.Statistic(samples, lost, gained, drop).ShouldBe(expected, 1e-4 * Math.Max(1, Math.Abs(expected)));
    }

    [Fact]
    public void Statistic_Without_Any_Spread_Is_Infinite() =>
        PairedScore.Statistic(100, 0, 0, 0).ShouldBe(double.PositiveInfinity);

    /// <summary>Golden-section search of the trinomial log-likelihood, which has one maximum.</summary>
    private static double MostLikelyGain(int samples, int lost, int gained, double drop)
    {
        double LogLikelihood(double gain) => Term(lost, gain + drop) + Term(gained, gain) + Term(samples - lost - gained, 1 - drop - (2 * gain));
        static double Term(int count, double probability) => count == 0 ? 0 : count * Math.Log(Math.Max(probability, 1e-300));
        double low = 0, high = (1 - drop) / 2;
        var ratio = (Math.Sqrt(5) - 1) / 2;
        while (high - low > 1e-12)
        {
            var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            (low, high) = LogLikelihood(left) < LogLikelihood(right) ? (left, high) : (low, right);
        }

        return (low + high) / 2;
    }
}
