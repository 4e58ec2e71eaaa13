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
        var harmless = 1000 - (60 * Math.Log(1e6, 4));
        foreach (var (size, next) in sizes.SkipLast(1).Zip(sizes.Skip(1).SkipLast(1)))
        {
            next.ShouldBe(0.7 * size > harmless ? 0.7 * size : Math.Max(0.7 * size, Math.Min(0.9 * size, harmless)), 0.01);
        }
    }

    [Fact]
    public void A_large_step_ends_where_answers_begin_to_change()
    {
        // As of the time of a run: nothing changes down to 90 %, and much from there on.
        var sizes = SizeList.Of(1000, 100, size => size > 900 ? 1e-6 : 0.01 * (900 / size), false, 60);

        sizes.ShouldBe([900, 810, 729, 656, 590, 531, 478, 430, 387, 349, 314, 282, 254, 229, 206, 185, 167, 150, 135, 122, 109, 100], tolerance: 1);
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
