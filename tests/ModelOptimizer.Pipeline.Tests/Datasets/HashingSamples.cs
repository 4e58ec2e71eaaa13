using System.Security.Cryptography;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class HashingSamples : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Takes_The_Bytes_Of_All_Inputs_In_The_Order_Of_Their_Names()
    {
        folder.Write("x.npz", ArrayWriter.Npz(System.IO.Compression.CompressionLevel.Fastest, ("one", ArrayWriter.Npy("|u1", [2, 2], [1, 2, 3, 4])), ("two", ArrayWriter.Npy("<i2", [2], [5, 6]))));
        var dataset = folder.Archive("x.npz") with { Inputs = new Dictionary<string, string> { ["z"] = "one", ["a"] = "two" } };

        SampleHashes.Of(dataset, null, 1).ShouldBe(
        [
            Convert.ToHexStringLower(SHA256.HashData([5, 0, 1, 2])),
            Convert.ToHexStringLower(SHA256.HashData([6, 0, 3, 4])),
        ]);
    }

    [Fact]
    public void Finds_A_Sample_In_Another_File_Of_Another_Format_And_Preprocessing()
    {
        folder.Write("train-ubyte.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [3, 2], [1, 2, 3, 4, 5, 6])));
        folder.Write("test.npz", ArrayWriter.Npz(System.IO.Compression.CompressionLevel.Optimal, ("images", ArrayWriter.Npy("|u1", [2, 1, 2], [9, 9, 3, 4]))));

        var train = SampleHashes.Of(folder.Files("train-ubyte.gz"), null, 1);
        var test = SampleHashes.Of(folder.Archive("test.npz") with { Preprocess = new PreprocessPlan { Scale = 0.5 } }, null, 1);

        train.Intersect(test).ShouldBe([train[1]]);
    }

    [Fact]
    public void Follows_The_Draw_That_Reading_Takes()
    {
        folder.Write("x.npy", ArrayWriter.Npy("|u1", [100, 1], Enumerable.Range(0, 100).Select(i => (double)i)));

        var drawn = DataFolder.Values(DatasetReader.Open(folder.Files("x.npy"), [DataFolder.Input(-1, 1)], 10, 6));

        SampleHashes.Of(folder.Files("x.npy"), 10, 6).ShouldBe(drawn.Select(value => Convert.ToHexStringLower(SHA256.HashData([(byte)value]))));
    }
}
