using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Tests.Reports;

public class AxisTests
{
    [Theory]
    [InlineData(0, 1, "0.0 0.5 1.0")]
    [InlineData(20, 60, "20 30 40 50 60")]
    [InlineData(91.58, 92.14, "91.6 91.8 92.0")]
    [InlineData(0.0000012, 0.0000034, "1.5e−6 2e−6 2.5e−6 3e−6 3.5e−6")]
    [InlineData(-3, 3, "−2 0 2")]
    [InlineData(5, 5, "4.8 5.0 5.2")]
    [InlineData(0, 0, "−1.0 −0.5 0.0 0.5 1.0")]
    [InlineData(0, 25_000_000, "0 1e7 2e7")]
    [InlineData(0.00001, 100, "1e−5 0.001 0.1 10")]
    public void Ticks_are_round_numbers(double low, double high, string labels) =>
        string.Join(' ', Axis.Over([low, high], 5).Ticks.Select(tick => tick.Label)).ShouldBe(labels);

    [Fact]
    public void Everything_lies_between_the_ends()
    {
        var axis = Axis.Over([3, 17, 8.5], 4);

        new[] { 3, 17, 8.5 }.Select(axis.Fraction).ShouldAllBe(fraction => fraction >= 0 && fraction <= 1);
        axis.Ticks.ShouldAllBe(tick => axis.Fraction(tick.At) >= -1e-9 && axis.Fraction(tick.At) <= 1 + 1e-9);
    }

    [Fact]
    public void Equal_ratios_are_equal_distances_over_many_decades()
    {
        var axis = Axis.Over([1e-4, 100], 5);

        (axis.Fraction(1e-2) - axis.Fraction(1e-4)).ShouldBe(axis.Fraction(10) - axis.Fraction(0.1), 1e-12);
    }

    [Fact]
    public void Nothing_has_an_axis_too() => Axis.Over([], 4).Ticks.ShouldNotBeEmpty();

    [Fact]
    public void An_axis_ends_where_the_numbers_must_end() => Axis.Over([60, 99.9], 4, "", 0, 100).High.ShouldBe(100);
}
