using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tests.Common;

public class LagrangianAllocatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_comes_close_to_the_best_of_all_choices_and_never_passes_the_budget(int seed)
    {
        var random = new Random64(seed);
        var layers = Enumerable
            .Range(0, 4)
            .Select(_ =>
            {
                var scale = Math.Exp(random.Normal());
                return (IReadOnlyList<Alternative<RankPair?>>)
                    [
                        .. Enumerable
                            .Range(1, 8)
                            .Select(rank => new Alternative<RankPair?>(new RankPair(rank, rank), rank * (3 + Math.Abs(random.Normal())), scale / rank)),
                    ];
            })
            .ToList();
        foreach (var budget in new[] { 30.0, 60, 90 })
        {
            var chosen = LagrangianAllocator.Choose(layers, budget)!;

            chosen.Sum(option => option.Cost).ShouldBeLessThanOrEqualTo(budget);
            chosen.Sum(option => option.Penalty).ShouldBeLessThanOrEqualTo(1.15 * Best(layers, budget, 0));
        }
    }

    [Fact]
    public void Nothing_is_chosen_when_not_even_the_cheapest_fit() =>
        LagrangianAllocator.Choose([[new Alternative<RankPair?>(null, 5, 0)], [new Alternative<RankPair?>(null, 6, 0)]], 10).ShouldBeNull();

    [Fact]
    public void An_untouched_layer_is_chosen_when_there_is_room() =>
        LagrangianAllocator
            .Choose(
                [
                    [new Alternative<RankPair?>(null, 0, 0), new Alternative<RankPair?>(new RankPair(1, 1), -5, 1)],
                ],
                0
            )!
            .ShouldHaveSingleItem()
            .Item.ShouldBeNull();

    private static double Best(List<IReadOnlyList<Alternative<RankPair?>>> layers, double budget, int layer) =>
        layer == layers.Count
            ? 0
            : layers[layer]
                .Where(option => option.Cost <= budget)
                .Select(option => option.Penalty + Best(layers, budget - option.Cost, layer + 1))
                .DefaultIfEmpty(double.PositiveInfinity)
                .Min();
}
