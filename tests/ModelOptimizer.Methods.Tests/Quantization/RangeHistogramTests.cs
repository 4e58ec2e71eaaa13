using ModelOptimizer.Methods.Quantization.Integer;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class RangeHistogramTests
{
    [Fact]
    public void Minmax_is_what_was_seen()
    {
        var histogram = Of([[0.5f, -0.25f], [], [7f], [-3f, 2f]]);

        histogram.Range(RangeRule.Minmax).ShouldBe((-3, 7));
    }

    [Fact]
    public void Nothing_seen_is_no_range()
    {
        foreach (var rule in Enum.GetValues<RangeRule>())
        {
            new RangeHistogram().Range(rule).ShouldBe((0, 0));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(3f)]
    [InlineData(-2f)]
    public void One_value_is_a_range(float value)
    {
        foreach (var rule in Enum.GetValues<RangeRule>())
        {
            var (low, high) = Of([[value, value]]).Range(rule);
            var grid = ActivationGrid.Of(low, high);

            grid.Round(value).ShouldBe(value, Math.Abs(value) / 200, $"{rule}");
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float value) => new RangeHistogram().Add([1, value]).ShouldBeFalse();

    // One of ten thousand outside: half of it on each side.
    [Fact]
    public void Percentile_leaves_one_number_of_ten_thousand_outside()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextSingle() < 2e-5 ? 1000 * (random.NextSingle() - 0.5f) : Normal(random))];
        var sorted = values.Order().ToArray();

        var (low, high) = Of(values.Chunk(777)).Range(RangeRule.Percentile);

        // The outliers make bins 1024/2048 wide.
        low.ShouldBe(sorted[10], 0.5);
        high.ShouldBe(sorted[^11], 0.5);
        values.Count(value => value < low || value > high).ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public void Mse_is_about_the_least_error_of_all_shares_of_the_range()
    {
        var random = new Random(2);
        float[] values = [.. Enumerable.Range(0, 100_000).Select(_ => Normal(random)), 12];
        var histogram = Of(values.Chunk(1000));
        double Error((double Low, double High) range)
        {
            var grid = ActivationGrid.Of(range.Low, range.High);
            return values.Sum(value => Math.Pow(value - grid.Round(value), 2));
        }

        var least = Enumerable.Range(20, 81).Min(percent => Error((values.Min() * percent / 100, values.Max() * percent / 100)));
        var found = Error(histogram.Range(RangeRule.Mse));
        found.ShouldBeLessThan(1.03 * least);
        found.ShouldBeLessThan(0.9 * Error(histogram.Range(RangeRule.Minmax)));
    }

    [Fact]
    public void What_is_counted_does_not_depend_on_the_order_of_batches()
    {
        var random = new Random(3);
        float[][] batches = [.. Enumerable.Range(0, 20).Select(i => Enumerable.Range(0, 500).Select(_ => MathF.Pow(1.7f, i) * Normal(random)).ToArray())];
        float[][] backwards = [.. batches.Reverse()];

        foreach (var rule in Enum.GetValues<RangeRule>())
        {
            Of(batches).Range(rule).ShouldBe(Of(backwards).Range(rule), $"{rule}");
        }
    }

    [Fact]
    public void A_grid_has_0_and_stays_below_its_limit()
    {
        for (var high = 0.013; high < 20; high *= 1.37)
        {
            ActivationGrid.Of(-high, 2 * high).Round(0).ShouldBe(0);
            ActivationGrid.Of(high / 2, high).Round(0).ShouldBe(0);
            var grid = ActivationGrid.Of(0, high, (float)high);
            grid.ZeroPoint.ShouldBe((byte)0);
            (255 * grid.Scale).ShouldBeLessThanOrEqualTo((float)high);
            grid.Round(high).ShouldBe(high, 1e-6 * high);
        }
    }

    private static RangeHistogram Of(IEnumerable<float[]> batches)
    {
        var histogram = new RangeHistogram();
        batches.ToList().ForEach(batch => histogram.Add(batch).ShouldBeTrue());
        return histogram;
    }

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
