using MathNet.Numerics.Distributions;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>Against MathNet where that is accurate, and against closed forms where it is not.</summary>
public class DistributionsTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.4999)]
    [InlineData(0.043)]
    [InlineData(0.0200001)]
    [InlineData(0.0199999)]
    [InlineData(0.975)]
    [InlineData(1e-5)]
    [InlineData(1e-20)]
    [InlineData(1e-300)]
    public void The_Normal_Quantile_Is_MathNets(double chance)
    {
        Distributions.NormalQuantile(chance).ShouldBe(Normal.InvCDF(0, 1, chance), 1e-14 * Math.Max(1, Math.Abs(Normal.InvCDF(0, 1, chance))));
        if (chance > 1e-3)
        {
            Distributions.NormalQuantile(1 - chance).ShouldBe(-Distributions.NormalQuantile(chance), 1e-13);
        }
    }

    [Fact]
    public void The_Normal_Quantile_Has_Its_Published_Digits()
    {
        Distributions.NormalQuantile(0.975).ShouldBe(1.959963984540054, 1e-15);
        Distributions.NormalQuantile(0.001).ShouldBe(-3.090232306167813, 2e-15);
        Distributions.NormalQuantile(1e-9).ShouldBe(-5.997807015007686, 4e-15);
        Distributions.NormalQuantile(0).ShouldBe(double.NegativeInfinity);
        Distributions.NormalQuantile(1).ShouldBe(double.PositiveInfinity);
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 0.5)]
    [InlineData(17, 0.01)]
    [InlineData(100, 0.5)]
    [InlineData(501, 0.5)]
    [InlineData(1000, 0.999)]
    [InlineData(5000, 0.0003)]
    public void Binomial_Chances_Are_Sums_Of_MathNets_Terms(int trials, double probability)
    {
        var other = new Binomial(probability, trials);
        // MathNet's terms are differences of logarithms of factorials, whose rounding is theirs.
        var precision = 1e-15 * (20 + (trials * Math.Log(trials)));
        var (below, above) = (0.0, 0.0);
        for (var count = 0; count <= trials; count++)
        {
            below += other.Probability(count);
            above += other.Probability(trials - count);
            Distributions.AtMost(count, trials, probability).ShouldBe(below, (precision * below) + 1e-300);
            Distributions.AtLeast(trials - count, trials, probability).ShouldBe(above, (precision * above) + 1e-300);
        }
    }

    [Theory]
    [InlineData(1, 1, 0.025)]
    [InlineData(7, 30, 0.025)]
    [InlineData(29, 30, 0.00025)]
    [InlineData(150, 160, 0.025)]
    [InlineData(300, 50_000, 0.00025)]
    [InlineData(49_000, 50_000, 0.1)]
    [InlineData(3, 1000, 1e-4)]
    public void Limits_Of_A_Share_Are_The_Beta_Distributions_Quantiles(int count, int trials, double tail)
    {
        var lower = Distributions.ProbabilityOfAtLeast(count, trials, tail);
        var upper = Distributions.ProbabilityOfAtMost(count - 1, trials, tail);

        lower.ShouldBe(Beta.InvCDF(count, trials - count + 1, tail), 1e-8 * lower);
        upper.ShouldBe(Beta.InvCDF(count, trials - count + 1, 1 - tail), 1e-8 * upper);
        Distributions.AtLeast(count, trials, lower).ShouldBe(tail, 1e-11 * tail);
        Distributions.AtMost(count - 1, trials, upper).ShouldBe(tail, 1e-11 * tail);
    }

    [Theory]
    [InlineData(3, 1000, 1e-12)]
    [InlineData(900, 1000, 1e-100)]
    [InlineData(40_000, 1_000_000, 1e-9)]
    public void Limits_Leave_Chances_That_Are_Too_Small_For_MathNet(int count, int trials, double tail)
    {
        Distributions.AtLeast(count, trials, Distributions.ProbabilityOfAtLeast(count, trials, tail)).ShouldBe(tail, 1e-9 * tail);
        Distributions.AtMost(count, trials, Distributions.ProbabilityOfAtMost(count, trials, tail)).ShouldBe(tail, 1e-9 * tail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    [InlineData(10_000_000)]
    public void Limits_Of_None_And_Of_All_Have_A_Closed_Form(int trials)
    {
        // (1 − p)ⁿ = α, as a difference that does not cancel: p = −expm1(ln α / n).
        var rate = Math.Log(0.025) / trials;
        var exact = rate < -0.1 ? 1 - Math.Exp(rate) : -rate * (1 + (rate / 2 * (1 + (rate / 3 * (1 + (rate / 4 * (1 + (rate / 5))))))));

        Distributions.ProbabilityOfAtMost(0, trials, 0.025).ShouldBe(exact, 1e-13 * exact);
        Distributions.ProbabilityOfAtLeast(trials, trials, 0.025).ShouldBe(Math.Exp(rate), 1e-15);
    }

    [Fact]
    public void Chances_At_The_Ends_Are_Certain()
    {
        Distributions.AtMost(-1, 5, 0.3).ShouldBe(0);
        Distributions.AtMost(5, 5, 0.3).ShouldBe(1);
        Distributions.AtMost(2, 5, 0).ShouldBe(1);
        Distributions.AtMost(2, 5, 1).ShouldBe(0);
        Distributions.AtLeast(0, 5, 0.3).ShouldBe(1);
        Distributions.AtLeast(6, 5, 0.3).ShouldBe(0);
        Distributions.AtLeast(2, 5, 0).ShouldBe(0);
        Distributions.AtLeast(2, 5, 1).ShouldBe(1);
        Distributions.AtLeast(900, 1000, 0.001).ShouldBeInRange(0, 1e-300);
    }
}
