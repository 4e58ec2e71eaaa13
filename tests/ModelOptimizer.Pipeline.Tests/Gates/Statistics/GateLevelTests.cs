namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>
/// The gate's promise: at a true drop of exactly the limit it passes in at most 5 % of 10,000 draws, which is counted, without any allowance for the luck of
/// the draws.
/// </summary>
public class GateLevelTests
{
    private const int Draws = 10_000;

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
        Simulation.PassRate(samples, limit, discordance, 0.95, Draws, seed: 1).ShouldBeLessThanOrEqualTo(0.05);

    [Theory]
    [InlineData(2000, 0.005, 0.05)]
    [InlineData(2000, 0.01, 0.99)]
    [InlineData(10000, 0.003, 0.05)]
    [InlineData(10000, 0.01, 0.02)]
    [InlineData(10000, 0.01, 0.3)]
    public void Gate_With_Many_Samples_Does_Not_Waste_Its_Chance_To_Pass(int samples, double limit, double discordance) =>
        Simulation.PassRate(samples, limit, discordance, 0.95, Draws, seed: 1).ShouldBeGreaterThanOrEqualTo(0.02);
}
