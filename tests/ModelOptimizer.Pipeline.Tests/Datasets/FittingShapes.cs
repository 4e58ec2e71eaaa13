using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class FittingShapes : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("3 32 32", "-1 3 32 32", "-1: 3 32 32")]
    [InlineData("28 28", "1 1 28 28", "1: 1 28 28")]
    [InlineData("1 28 28", "-1 28 28", "-1: 28 28")]
    [InlineData("784", "1 784 1", "1: 784 1")]
    [InlineData("28 28", "-1 1 -1 -1", "-1: 1 28 28")]
    [InlineData("1 3 8 8", "-1 3 -1 -1", "-1: 3 8 8")]
    [InlineData("5", "5", "whole: 5")]
    [InlineData("5", "1 1 1 5", "1: 1 1 5")]
    [InlineData("3 8 8", "4 3 8 8", "4: 3 8 8")]
    [InlineData("", "-1", "-1:")]
    [InlineData("1", "-1", "-1:")]
    [InlineData("7", "-1", "whole: 7")]
    [InlineData("1", "", "whole:")]
    [InlineData("2 3", "", "-1: 2 3")]
    [InlineData("28 28", "-1 784", null)]
    [InlineData("32 32 3", "-1 3 32 32", null)]
    [InlineData("28", "-1 -1 -1", null)]
    [InlineData("2 3", "-1 3 2", null)]
    public void Adds_And_Drops_Dimensions_Of_One_Only(string sample, string declared, string? expected)
    {
        var fit = ShapeFit.Of(Parse(sample), Parse(declared));

        (fit is null ? null : $"{(fit.Batch is { } batch ? batch : "whole")}: {string.Join(' ', fit.Shape)}".TrimEnd()).ShouldBe(expected);
    }

    [Fact]
    public void Gives_A_Model_Of_Fixed_Batch_Exactly_That_Many()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("|u1", [12, 2], Enumerable.Range(0, 24).Select(i => (double)i)));

        DatasetReader
            .Open(_folder.Files("x.npy"), [DataFolder.Input(4, 2)], null, 1)
            .Read()
            .Select(batch => (batch.Count, batch.Inputs["image"].Shape[0]))
            .ShouldBe([(4, 4L), (4, 4L), (4, 4L)]);
        DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(1, 2)], 3, 1).Read().Select(batch => batch.Count).ShouldBe([1, 1, 1]);
        Should
            .Throw<DiagnosticException>(() => DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(5, 2)], null, 1))
            .Diagnostic.Code.ShouldBe(DataCodes.Batches);
    }

    [Fact]
    public void Gives_A_Model_Without_A_Batch_One_Sample_At_A_Time()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("|u1", [3, 5], Enumerable.Range(0, 15).Select(i => (double)i)));

        var batches = DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(5)], null, 1).Read().ToList();

        batches.Select(batch => batch.Inputs["image"].Shape).ShouldBe([[5L], [5L], [5L]]);
        batches[2].Inputs["image"].As<double>().ToArray().ShouldBe([10.0, 11, 12, 13, 14]);
    }

    [Fact]
    public void Feeds_Several_Inputs_From_Several_Arrays()
    {
        _folder.Write(
            "x.npz",
            ArrayWriter.Npz(
                System.IO.Compression.CompressionLevel.Fastest,
                ("a", ArrayWriter.Npy("|u1", [3, 2], [1, 2, 3, 4, 5, 6])),
                ("b", ArrayWriter.Npy("<f4", [3], [7, 8, 9]))
            )
        );
        var dataset = _folder.Archive("x.npz") with
        {
            Inputs = new Dictionary<string, string> { ["left"] = "a", ["right"] = "b" },
        };

        var source = DatasetReader.Open(dataset, [DataFolder.Input(-1, 2) with { Name = "left" }, DataFolder.Input(-1, 1) with { Name = "right" }], null, 1);

        DataFolder.Values(source, "left").ShouldBe([1.0, 2, 3, 4, 5, 6]);
        DataFolder.Values(source, "right").ShouldBe([7.0, 8, 9]);
    }

    private static long[] Parse(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
}
