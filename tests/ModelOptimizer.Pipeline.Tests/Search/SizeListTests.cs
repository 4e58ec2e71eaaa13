using ModelOptimizer.Pipeline.Search;

namespace ModelOptimizer.Pipeline.Tests.Search;

public class SizeListTests
{
    // A bit less for all weights is a fourfold change of the outputs.
    private static double? Forecast(double bytes) => bytes < 50 ? null : 1e-9 * Math.Pow(4, (1000 - bytes) / 60);

    [Fact]
    public void Sizes_fall_from_where_nothing_is_lost_in_large_steps_and_then_in_small_ones()
    {
        var sizes = SizeList.Of(1000, 50, Forecast, false, 60);

        sizes[0].ShouldBe(1000 - (60 * Math.Log(1e5, 4)), 0.1);
        sizes[^1].ShouldBe(50);
        foreach (var (size, next) in sizes.SkipLast(1).Zip(sizes.Skip(1).SkipLast(1)))
        {
            (next / size).ShouldBe(Forecast(size) < 1e-3 ? 0.7 : 0.9, 1e-6);
        }
    }

    [Fact]
    public void Where_candidates_are_trained_the_list_begins_at_what_training_brings_back() =>
        SizeList.Of(1000, 50, Forecast, true, 60)[0].ShouldBe(1000 - (60 * Math.Log(2e7, 4)), 0.1);

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(15)]
    public void A_list_that_may_be_shorter_still_reaches_from_end_to_end(int most)
    {
        var (full, sizes) = (SizeList.Of(1000, 50, Forecast, false, 60), SizeList.Of(1000, 50, Forecast, false, most));

        sizes.Count.ShouldBeInRange(most / 2, most);
        (sizes[0], sizes[^1]).ShouldBe((full[0], full[^1]));
    }

    [Fact]
    public void A_list_without_a_harmless_size_begins_at_the_whole() =>
        SizeList.Of(1000, 700, size => size < 700 ? null : 1, false, 60).ShouldBe([1000, 900, 810, 729, 700], tolerance: 1);
}
