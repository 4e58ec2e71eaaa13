using System.Security.Cryptography;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class HashingSamples : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Takes_The_Values_Of_All_Inputs_In_The_Order_Of_Their_Names()
    {
        _folder.Write(
            "x.npz",
            ArrayWriter.Npz(
                System.IO.Compression.CompressionLevel.Fastest,
                ("one", ArrayWriter.Npy("|u1", [2, 2], [1, 2, 3, 4])),
                ("two", ArrayWriter.Npy("<i2", [2], [5, 6]))
            )
        );
        var dataset = _folder.Archive("x.npz") with
        {
            Inputs = new Dictionary<string, string> { ["z"] = "one", ["a"] = "two" },
        };

        SampleHashes.Of(dataset, null, 1).ShouldBe(
        [
            Sha256(5, 1, 2),
            Sha256(6, 3, 4),
        ]);
    }

    [Fact]
    public void Finds_A_Sample_In_Another_File_Of_Another_Format_And_Preprocessing()
    {
        _folder.Write("train-ubyte.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [3, 2], [1, 2, 3, 4, 5, 6])));
        _folder.Write("test.npz", ArrayWriter.Npz(System.IO.Compression.CompressionLevel.Optimal, ("images", ArrayWriter.Npy("|u1", [2, 1, 2], [9, 9, 3, 4]))));

        var train = SampleHashes.Of(_folder.Files("train-ubyte.gz"), null, 1);
        var test = SampleHashes.Of(_folder.Archive("test.npz") with { Preprocess = new PreprocessPlan { Scale = 0.5 } }, null, 1);

        train.Intersect(test).ShouldBe([train[1]]);

        _folder.Write("test.csv", "a,b\n3.0,4\n1,1\n");
        _folder.Write("test/x/1.npy", ArrayWriter.Npy("<f4", [2], [5, 6]));
        SampleHashes.Of(_folder.In("test.csv", null, ("image", "a..b")), null, 1).Intersect(train).ShouldBe([train[1]]);
        SampleHashes.Of(_folder.In("test", null, ("image", "*.npy")), null, 1).ShouldBe([train[2]]);
    }

    [Fact]
    public void Follows_The_Draw_That_Reading_Takes()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("|u1", [100, 1], Enumerable.Range(0, 100).Select(i => (double)i)));

        var drawn = DataFolder.Values(DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 1)], 10, 6));

        SampleHashes.Of(_folder.Files("x.npy"), 10, 6).ShouldBe(drawn.Select(value => Sha256(value)));
    }

    private static string Sha256(params double[] values) => Convert.ToHexStringLower(SHA256.HashData([.. values.SelectMany(BitConverter.GetBytes)]));
}
