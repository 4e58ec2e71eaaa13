using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Search;

namespace ModelOptimizer.Pipeline.Tests.Search;

/// <summary>
/// Whole searches simulated, with the gates' own decision: how often the candidate that is taken is really beyond the limit. <c>eng/bench confidence</c> does the
/// same with real lists of candidates.
/// </summary>
public class SearchLevelTests
{
    private const double Limit = 0.01;
    private const int Samples = 1500;
    private const int Searches = 1200;

    /// <summary>What 1,200 draws of a rate of 5 % exceed in one of a hundred simulations.</summary>
    private const double Most = 0.066;

    [Fact]
    public void A_walk_from_the_largest_to_the_first_that_does_not_pass_keeps_the_level()
    {
        Beyond(Walk).ShouldBeLessThanOrEqualTo(Most);
    }

    [Fact]
    public void To_take_the_smallest_that_passes_would_not()
    {
        // Shows that the test sees a flattering search at all.
        Beyond(passes => passes.FindLastIndex(isPassed => isPassed)).ShouldBeGreaterThan(2 * Most);
    }

    private static int Walk(List<bool> passes) =>
        FixedSequence.Walk(Enumerable.Range(0, passes.Count), candidate => passes[candidate]) is var (taken, isPassed) && isPassed ? taken : -1;

    private static double Beyond(Func<List<bool>, int> take)
    {
        var random = new Random(3);
        var beyond = 0;
        for (var search = 0; search < Searches; search++)
        {
            // Forty candidates whose drops rise slowly through the limit, independent of each other beyond what the true drops share: the hardest case.
            var drops = Enumerable.Range(0, 40).Select(index => 0.0025 + (index * 0.0005)).ToList();
            var passes = drops.ConvertAll(drop => Passes(drop, random));
            var taken = take(passes);
            beyond += taken >= 0 && drops[taken] > Limit + 1e-9 ? 1 : 0;
        }

        return (double)beyond / Searches;
    }

    // Samples on which the two models differ are three times as many as the drop, and 1 % more.
    private static bool Passes(double drop, Random random)
    {
        var differing = (3 * drop) + 0.01;
        var lostShare = (1 + (drop / differing)) / 2;
        var (lost, gained) = (0, 0);
        for (var sample = 0; sample < Samples; sample++)
        {
            if (random.NextDouble() < differing)
            {
                (lost, gained) = random.NextDouble() < lostShare ? (lost + 1, gained) : (lost, gained + 1);
            }
        }

        return DropBound.IsWithin(new PairedCounts(Samples, lost, gained), Limit, 0.95);
    }
}
