namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>The gate's promise: at a true drop of exactly the limit it passes in at most 5 % of all draws.</summary>
public class GateLevelTests
{
    private const int Draws = 10_000;

    /// <summary>What 10,000 draws of a rate of exactly 5 % may exceed it by in one of a thousand simulations.</summary>
    private static readonly double Chance = 3.1 * Math.Sqrt(0.05 * 0.95 / Draws);

    public static TheoryData<int, double, double> Cases()
    {
        var cases = new TheoryData<int, double, double>();
        foreach (var limit in new[] { 0.003, 0.005, 0.01 })
        {
            foreach (var samples in new[] { 20, 200, 500, 1000, 2000, 5000, 10000 })
            {
                foreach (var discordance in new[] { limit, 2 * limit, 0.05, samples > 2000 ? 0.3 : 0.99 })
                {
                    cases.Add(samples, limit, discordance);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gate_Passes_In_At_Most_Five_Percent_Of_Draws_When_The_True_Drop_Is_The_Limit(int samples, double limit, double discordance) =>
        Simulation.PassRate(samples, limit, discordance, 0.95, Draws, seed: 1).ShouldBeLessThanOrEqualTo(0.05 + Chance);
}
