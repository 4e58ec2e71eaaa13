using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class UniformAllocatorTests
{
    [Theory]
    [InlineData(0.0, 16, 1)]
    [InlineData(0.5, 16, 8)]
    [InlineData(0.5, 3, 2)]
    [InlineData(0.49, 3, 1)]
    [InlineData(1.0, 7, 7)]
    public void A_rank_is_the_rounded_share_and_at_least_one(double fraction, int full, int expected) =>
        UniformAllocator.Rank(fraction, full).ShouldBe(expected);

    [Fact]
    public void The_fraction_found_is_the_largest_that_fits()
    {
        int[] full = [16, 24, 7];
        double Cost(double fraction) => full.Sum(rank => UniformAllocator.Rank(fraction, rank) * (rank + 10.0));
        foreach (var budget in new[] { 60.0, 500, 800, 1200 })
        {
            var found = UniformAllocator.Largest(full, Cost, budget);

            double[] within = [.. Enumerable.Range(0, 100_000).Select(i => Cost(i / 100_000.0)).Where(cost => cost <= budget)];
            (found is { } fraction ? Cost(fraction) : 0).ShouldBe(within.DefaultIfEmpty().Max());
        }

        UniformAllocator.Largest(full, Cost, 1).ShouldBeNull();
    }
}
