using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

public class StudentizedBootstrapTests
{
    [Theory]
    [InlineData("normal", 20, 0.075)]
    [InlineData("normal", 60, 0.07)]
    [InlineData("exponential", 20, 0.085)]
    [InlineData("exponential", 60, 0.08)]
    [InlineData("squared normal", 60, 0.085)]
    public void True_Mean_Is_Rarely_Above_The_Upper_Bound(string distribution, int samples, double most)
    {
        const int Trials = 300;
        var random = new Random(3);
        var misses = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var values = Enumerable.Range(0, samples).Select(_ => Draw(distribution, random)).ToArray();
            misses += new StudentizedBootstrap(values, trial).Upper(0.95) < (distribution == "normal" ? 0 : 1) ? 1 : 0;
        }

        ((double)misses / Trials).ShouldBeLessThanOrEqualTo(most);
    }

    [Fact]
    public void Bounds_Of_Normal_Values_Are_Those_Of_The_T_Distribution()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 400).Select(_ => 10 + Draw("normal", random)).ToArray();
        var bootstrap = new StudentizedBootstrap(values, 1);
        var error = Math.Sqrt(values.Sum(value => (value - bootstrap.Mean) * (value - bootstrap.Mean)) / 399 / 400);

        bootstrap.Upper(0.95).ShouldBe(bootstrap.Mean + (1.649 * error), 0.15 * error);
        bootstrap.Lower(0.95).ShouldBe(bootstrap.Mean - (1.649 * error), 0.15 * error);
    }

    [Fact]
    public void Same_Seed_Gives_The_Same_Bound()
    {
        var values = Enumerable.Range(0, 50).Select(i => Math.Sin(i)).ToArray();

        new StudentizedBootstrap(values, 9).Upper(0.95).ShouldBe(new StudentizedBootstrap(values, 9).Upper(0.95));
        new StudentizedBootstrap(values, 9).Upper(0.95).ShouldNotBe(new StudentizedBootstrap(values, 10).Upper(0.95));
    }

    [Fact]
    public void Equal_Values_Are_Their_Own_Bound() => new StudentizedBootstrap([.. Enumerable.Repeat(0.1, 30)], 1).Upper(0.95).ShouldBe(0.1, 1e-15);

    [Fact]
    public void Too_Few_Values_Bound_Nothing()
    {
        double[] values = [.. Enumerable.Range(0, StudentizedBootstrap.LeastSamples - 1)];

        new StudentizedBootstrap(values, 1).Upper(0.95).ShouldBe(double.PositiveInfinity);
        new StudentizedBootstrap(values, 1).Lower(0.95).ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void A_Single_Value_That_Differs_Bounds_Nothing() =>
        new StudentizedBootstrap([.. Enumerable.Repeat(0.0, 99), 1], 1).Upper(0.95).ShouldBe(double.PositiveInfinity);

    private static double Draw(string distribution, Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return distribution switch
        {
            "normal" => normal,
            "exponential" => -Math.Log(1 - random.NextDouble()),
            _ => normal * normal,
        };
    }
}
