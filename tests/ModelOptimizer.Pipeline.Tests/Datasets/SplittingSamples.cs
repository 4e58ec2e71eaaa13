using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class SplittingSamples : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, new[] { 0.2, 0.8 }, new[] { 200, 800 })]
    [InlineData(7, new[] { 0.5, 0.5 }, new[] { 4, 3 })]
    [InlineData(10, new[] { 0.333, 0.333, 0.334 }, new[] { 3, 4, 3 })]
    [InlineData(1, new[] { 0.8, 0.2 }, new[] { 1, 0 })]
    public void Puts_Every_Sample_Into_Exactly_One_Part(int count, double[] shares, int[] sizes)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var parts = Parts(count, shares, seed);

            parts.Select(part => part.Length).ShouldBe(sizes);
            parts.SelectMany(part => part).Order().ShouldBe(Enumerable.Range(0, count).Select(i => (long)i));
            parts.ShouldAllBe(part => part.SequenceEqual(part.Order()));
        }
    }

    [Fact]
    public void Leaves_Out_What_No_Part_Asks_For()
    {
        var parts = Parts(100, [0.1, 0.2], 5);

        parts.Select(part => part.Length).ShouldBe([10, 20]);
        parts[0].Intersect(parts[1]).ShouldBeEmpty();
    }

    [Fact]
    public void Favours_No_Sample_And_No_Pair_Of_Samples()
    {
        const int Seeds = 4000;
        var alone = new int[10];
        var together = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var part = Parts(10, [0.3, 0.7], seed)[0];
            Array.ForEach(part, index => alone[index]++);
            together += part.Contains(0) && part.Contains(1) ? 1 : 0;
        }

        // Binomial, five standard deviations: 3 of 10, and 3/10 · 2/9 for a pair.
        alone.ShouldAllBe(times => Math.Abs(times - (Seeds * 0.3)) < 5 * Math.Sqrt(Seeds * 0.3 * 0.7));
        Math.Abs(together - (Seeds / 15.0)).ShouldBeLessThan(5 * Math.Sqrt(Seeds / 15.0));
    }

    [Fact]
    public void Stays_The_Same_From_Version_To_Version() => Parts(20, [0.25, 0.75], 1)[0].ShouldBe([2L, 3, 10, 11, 17]);

    [Fact]
    public void Keeps_Draws_Inside_Their_Part_Whatever_Is_Drawn_From_The_Other()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [200, 1], Enumerable.Range(0, 200).Select(i => (double)i)));
        var train = Read("train", 0, 0.4, null);
        var test = Read("test", 0.4, 1, null);
        train.Length.ShouldBe(80);
        train.Intersect(test).ShouldBeEmpty();

        Read("train", 0, 0.4, 30).Except(train).ShouldBeEmpty();
        var drawn = Read("test", 0.4, 1, 25);
        drawn.Length.ShouldBe(25);
        drawn.Except(test).ShouldBeEmpty();
    }

    [Fact]
    public void Says_Which_Part_Has_No_Samples_Or_Too_Few()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [10, 1], new double[10]));

        Should
            .Throw<DiagnosticException>(() => Read("test", 0, 0.01, null))
            .Diagnostic.ToString()
            .ShouldBe(
                "modelopt.yaml(9,9): error MOC3009: Dataset 'digits/test' has no samples: its share of 10 samples is less than one. Give it a larger share."
            );
        Should
            .Throw<DiagnosticException>(() => Read("test", 0, 0.5, 6))
            .Diagnostic.ToString()
            .ShouldBe(
                "modelopt.yaml(3,3): error MOC3010: Dataset 'digits/test' has 5 samples, and 'samples: 6' asks for more. Ask for fewer, or leave 'samples' out "
                    + "to take all."
            );
    }

    private static long[][] Parts(int count, double[] shares, int seed)
    {
        var ends = shares.Select((_, i) => Math.Round(shares.Take(i + 1).Sum(), 12)).ToArray();
        return [.. ends.Select((end, i) => SampleSplit.Indices(count, Part("p", i == 0 ? 0 : ends[i - 1], end), seed))];
    }

    private static DatasetPart Part(string name, double start, double end) => new(name, start, end, new SourcePosition("modelopt.yaml", 9, 9));

    private double[] Read(string name, double start, double end, int? samples)
    {
        var dataset = _folder.Files("x.npy") with { Name = $"digits/{name}", Part = Part(name, start, end) };
        return DataFolder.Values(DatasetReader.Open(dataset, [DataFolder.Input(-1, 1)], samples, 3));
    }
}
