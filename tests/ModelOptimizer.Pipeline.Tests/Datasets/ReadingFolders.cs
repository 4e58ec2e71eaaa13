using System.IO.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class ReadingFolders : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Takes_Classes_And_Files_In_Ordinal_Order()
    {
        // Neither the order in which they are written, nor that of a language, in which b comes before C.
        _folder.Write("x/b/2.npy", Sample(5, 6)).Write("x/C/1.npy", Sample(3, 4)).Write("x/b/10.npy", Sample(7, 8)).Write("x/C/0.npy", Sample(1, 2));
        _folder.Write("x/.cache/0.npy", Sample(9, 9)).Write("x/b/.hidden.npy", Sample(9, 9)).Write("x/b/readme.txt", "text");

        var batch = DatasetReader.Open(_folder.In("x", "folder", ("image", "*.npy")), [DataFolder.Input(-1, 2)], null, 1).Read().Single();

        batch.Inputs["image"].As<double>().ToArray().ShouldBe([1, 2, 3, 4, 7, 8, 5, 6]);
        batch.Labels.ShouldBe([0L, 0, 1, 1]);
    }

    [Fact]
    public void Feeds_Two_Inputs_And_Labels_From_Files_Of_One_Stem()
    {
        foreach (var (name, value) in new[] { ("k/0", 1.0), ("k/1", 2), ("m/0", 3) })
        {
            _folder
                .Write($"x/{name}.npy", Sample(value, 10 * value))
                .Write($"x/{name}.mask.npy", ArrayWriter.Npy("|u1", [], [value]))
                .Write($"x/{name}.y.npy", ArrayWriter.Npy("<f4", [1], [value / 2]));
        }

        var dataset = _folder.In("x", "*.y.npy", ("image", "*.npy"), ("mask", "*.mask.npy"));
        var batch = DatasetReader.Open(dataset, [DataFolder.Input(-1, 2), new ModelTensor("mask", DataType.Int32, [-1])], null, 1).Read().Single();

        batch.Inputs["image"].As<double>().ToArray().ShouldBe([1, 10, 2, 20, 3, 30]);
        batch.Inputs["mask"].As<int>().ToArray().ShouldBe([1, 2, 3]);
        batch.Targets.ShouldBe([0.5, 1, 1.5]);
        batch.Labels.ShouldBeNull();
    }

    [Fact]
    public void Feeds_Two_Inputs_And_Labels_From_Archives_Without_Classes()
    {
        for (var i = 0; i < 3; i++)
        {
            _folder.Write(
                $"x/{i}.npz",
                ArrayWriter.Npz(
                    CompressionLevel.Optimal,
                    ("a", Sample(i, -i)),
                    ("b", ArrayWriter.Npy("<i8", [1], [i + 7])),
                    ("y", ArrayWriter.Npy("<i8", [], [i * i]))
                )
            );
        }

        var dataset = _folder.In("x", "*.npz/y", ("image", "*.npz/a"), ("b", "*.npz/b"));
        var batch = DatasetReader.Open(dataset, [DataFolder.Input(-1, 2), new ModelTensor("b", DataType.Int64, [-1, 1])], null, 1).Read().Single();

        batch.Inputs["image"].As<double>().ToArray().ShouldBe([0.0, 0, 1, -1, 2, -2]);
        batch.Inputs["b"].As<long>().ToArray().ShouldBe([7L, 8, 9]);
        batch.Labels.ShouldBe([0L, 1, 4]);
    }

    [Fact]
    public void Draws_The_Same_Samples_As_From_An_Array_Of_The_Same_Values()
    {
        var values = Enumerable.Range(0, 60).Select(i => (double)i).ToArray();
        for (var i = 0; i < 30; i++)
        {
            _folder.Write($"x/{i / 10}/{i:00}.npy", Sample(values[2 * i], values[(2 * i) + 1]));
        }

        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [30, 2], values));

        var files = DatasetReader.Open(_folder.In("x", "folder", ("image", "*.npy")), [DataFolder.Input(-1, 2)], 11, 4);
        var array = DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 2)], 11, 4);

        DataFolder.Values(files).ShouldBe(DataFolder.Values(array));
        files.Read().SelectMany(batch => batch.Labels!).ShouldBe(DataFolder.Values(array).Chunk(2).Select(sample => (long)sample[0] / 20));
    }

    private static byte[] Sample(params double[] values) => ArrayWriter.Npy("<f4", [values.Length], values);
}
