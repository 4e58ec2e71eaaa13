using ModelOptimizer.Pipeline.Search;

namespace ModelOptimizer.Pipeline.Tests.Search;

public class SizeListTests
{
    // A bit less for all weights is a fourfold change of the outputs.
    private static double? Forecast(double bytes) => bytes < 50 ? null : 1e-9 * Math.Pow(4, (1000 - bytes) / 60);

    [Fact]
    public void Sizes_fall_from_where_nothing_is_lost_in_large_steps_and_then_in_small_ones()
    {
        var sizes = SizeList.Of(1000, 50, Forecast, 60);

        sizes[0].ShouldBe(1000 - (60 * Math.Log(1e5, 4)), 0.1);
        sizes[^1].ShouldBe(50);
        foreach (var (size, next) in sizes.SkipLast(1).Zip(sizes.Skip(1).SkipLast(1)))
        {
            (next / size).ShouldBe(Forecast(size) < 1e-3 ? 0.7 : 0.9, 1e-6);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(15)]
    public void A_list_that_may_be_shorter_still_reaches_from_end_to_end(int most)
    {
        var (full, sizes) = (SizeList.Of(1000, 50, Forecast, 60), SizeList.Of(1000, 50, Forecast, most));

        sizes.Count.ShouldBeInRange(most / 2, most);
        (sizes[0], sizes[^1]).ShouldBe((full[0], full[^1]));
    }

    [Fact]
    public void A_model_that_can_only_be_much_smaller_has_one_candidate() => SizeList.Of(1000, 100, size => size < 100 ? null : 1, 60)[0].ShouldBe(1000, 1);
}
