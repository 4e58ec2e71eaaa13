using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class DrawingSamples
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(10, 10)]
    [InlineData(5000, 512)]
    public void Takes_As_Many_Different_Ones_As_Asked_In_Order(int count, int wanted)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var drawn = SampleDraw.Indices(count, wanted, seed);

            drawn.Length.ShouldBe(wanted);
            drawn.ShouldBe(drawn.Distinct().Order());
            drawn.ShouldAllBe(index => index >= 0 && index < count);
        }
    }

    [Fact]
    public void Takes_All_When_No_Number_Is_Given() => SampleDraw.Indices(5, null, 9).ShouldBe([0L, 1, 2, 3, 4]);

    [Fact]
    public void Depends_On_The_Seed_And_On_Nothing_Else()
    {
        SampleDraw.Indices(1000, 20, 4).ShouldBe(SampleDraw.Indices(1000, 20, 4));
        SampleDraw.Indices(1000, 20, 4).ShouldNotBe(SampleDraw.Indices(1000, 20, 5));
    }

    [Fact]
    public void Stays_The_Same_From_Version_To_Version() =>
        SampleDraw.Indices(100, 5, 1).ShouldBe([25L, 28, 61, 66, 67]);

    [Fact]
    public void Favours_No_Sample()
    {
        const int Draws = 4000;
        var taken = new int[20];
        for (var seed = 0; seed < Draws; seed++)
        {
            foreach (var index in SampleDraw.Indices(20, 5, seed))
            {
                taken[index]++;
            }
        }

        // Binomial with p = 1/4: five standard deviations.
        var deviation = Math.Sqrt(Draws * 0.25 * 0.75);
        taken.ShouldAllBe(times => Math.Abs(times - (Draws / 4)) < 5 * deviation);
    }
}
