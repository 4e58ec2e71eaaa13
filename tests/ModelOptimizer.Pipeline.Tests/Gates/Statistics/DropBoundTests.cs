using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

public class DropBoundTests
{
    private const double Level = 0.95;

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(5, 0.1)]
    [InlineData(12, 0)]
    [InlineData(12, 0.3)]
    [InlineData(25, 0.05)]
    [InlineData(40, 0.02)]
    [InlineData(40, 0.9)]
    public void Chance_To_Pass_At_The_Limit_Is_Within_The_Level_For_Every_Discordance_When_All_Results_Are_Enumerated(int samples, double limit)
    {
        var passing =
            from lost in Enumerable.Range(0, samples + 1)
            from gained in Enumerable.Range(0, samples - lost + 1)
            where DropBound.IsWithin(new PairedCounts(samples, lost, gained), limit, Level)
            select (lost, gained);
        var region = passing.ToArray();

        var worst = Enumerable.Range(0, 2001).Max(step =>
        {
            var gain = (1 - limit) / 2 * step / 2000;
            return region.Sum(result => Trinomial(samples, result.lost, gain + limit, result.gained, gain));
        });

        worst.ShouldBeLessThanOrEqualTo(1 - Level);
    }

    [Theory]
    [InlineData(500, 0.003, 0.05, 50)]
    [InlineData(1000, 0.005, 0.05, 65)]
    [InlineData(10000, 0.01, 0.02, 110)]
    public void Chance_To_Pass_At_The_Limit_Is_Within_The_Level_Where_The_Simulation_Comes_Closest_To_It(
        int samples,
        double limit,
        double discordance,
        int mostGained
    )
    {
        var gain = (discordance - limit) / 2;
        var (chance, lost) = (0.0, -1);
        for (var gained = 0; gained <= mostGained; gained++)
        {
            while (DropBound.IsWithin(new PairedCounts(samples, lost + 1, gained), limit, Level))
            {
                lost++;
            }

            chance += Enumerable.Range(0, lost + 1).Sum(fewer => Trinomial(samples, fewer, gain + limit, gained, gain));
        }

        chance.ShouldBeInRange(0.04, 1 - Level);
    }

    [Theory]
    [InlineData(1000, 0.005, 0.006)]
    [InlineData(1000, 0.003, 0.02)]
    [InlineData(10000, 0.01, 0.3)]
    [InlineData(2000, 0.005, 0.04)]
    [InlineData(10000, 0.003, 0.01)]
    public void Chance_To_Pass_At_The_Limit_Is_Not_Wasted_Either(int samples, double limit, double discordance)
    {
        // A test that never passes keeps every level: half of the level must be used where there are enough samples.
        var rate = Simulation.PassRate(samples, limit, discordance, Level, 10_000, seed: 7);

        rate.ShouldBeGreaterThan((1 - Level) / 2.5);
    }

    [Fact]
    public void Unchanged_Results_Bound_The_Drop_By_The_Rule_Of_Three()
    {
        // Without any discordant sample the chance of that, (1 − drop)^n at worst, must be the 4.3 % used of 5 %, less what the search range may miss.
        var counts = new PairedCounts(600, 0, 0);
        var upper = Upper(counts, 0.01);

        upper.ShouldBeInRange(1 - Math.Pow(0.043, 1.0 / 600), 1 - Math.Pow(0.0424, 1.0 / 600));
    }

    [Fact]
    public void One_Sample_Bounds_Almost_Nothing() => Upper(new PairedCounts(1, 0, 0), 0.01).ShouldBe(0.957, 0.001);

    [Fact]
    public void One_Lost_Sample_Of_One_Bounds_Nothing() => Upper(new PairedCounts(1, 1, 0), 0.01).ShouldBe(1, 1e-6);

    [Fact]
    public void All_Samples_Lost_Leaves_Any_Drop_Possible() => Upper(new PairedCounts(50, 50, 0), 0.01).ShouldBe(1, 1e-6);

    [Fact]
    public void No_Drop_Is_Shown_By_Clearly_More_Gains_Than_Losses()
    {
        DropBound.IsWithin(new PairedCounts(1000, 0, 5), 0, Level).ShouldBeTrue();
        DropBound.IsWithin(new PairedCounts(1000, 0, 2), 0, Level).ShouldBeFalse();
        DropBound.IsWithin(new PairedCounts(1000, 0, 0), 0, Level).ShouldBeFalse();
    }

    [Theory]
    [InlineData(2000, 12, 6)]
    [InlineData(5000, 300, 280)]
    [InlineData(10000, 900, 880)]
    public void Bound_Is_Where_The_Decision_Changes(int samples, int lost, int gained)
    {
        var counts = new PairedCounts(samples, lost, gained);
        var upper = Upper(counts, 0.5);

        DropBound.IsWithin(counts, upper, Level).ShouldBeTrue();
        DropBound.IsWithin(counts, upper - 1e-5, Level).ShouldBeFalse();
        upper.ShouldBeGreaterThan(counts.Drop);
        Upper(counts, upper / 2).ShouldBe(upper, 1e-6);
    }

    [Theory]
    [InlineData(2000, 8, 4, 0.005)]
    [InlineData(500, 0, 0, 0.005)]
    [InlineData(300, 20, 19, 0.01)]
    public void Samples_Needed_Suffice_When_The_Same_Shares_Are_Seen(int samples, int lost, int gained, double limit)
    {
        var counts = new PairedCounts(samples, lost, gained);
        DropBound.IsWithin(counts, limit, Level).ShouldBeFalse();

        var needed = DropBound.SamplesNeeded(counts, limit, Level).ShouldNotBeNull();

        var factor = needed / samples;
        DropBound.IsWithin(Scale(counts, 1.05 * factor), limit, Level).ShouldBeTrue();
        DropBound.IsWithin(Scale(counts, 0.6 * factor), limit, Level).ShouldBeFalse();
    }

    [Fact]
    public void No_Number_Of_Samples_Suffices_When_The_Drop_Is_The_Limit() =>
        DropBound.SamplesNeeded(new PairedCounts(1000, 10, 0), 0.01, Level).ShouldBeNull();

    private static double Upper(PairedCounts counts, double limit) => DropBound.Upper(counts, Level, limit, DropBound.IsWithin(counts, limit, Level));

    private static PairedCounts Scale(PairedCounts counts, double factor) =>
        new((int)(counts.Samples * factor), (int)Math.Round(counts.Lost * factor), (int)Math.Round(counts.Gained * factor));

    /// <summary>Multiplied out, factor by factor.</summary>
    private static double Trinomial(int samples, int lost, double loss, int gained, double gain)
    {
        double probability = 1;
        for (var i = 1; i <= lost; i++)
        {
            probability *= loss * (samples - lost + i) / i;
        }

        for (var i = 1; i <= gained; i++)
        {
            probability *= gain * (samples - lost - gained + i) / i;
        }

        return probability * Math.Pow(Math.Max(0, 1 - loss - gain), samples - lost - gained);
    }
}
