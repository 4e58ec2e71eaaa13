using System.IO.Compression;
using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class ReadingArrays : IDisposable
{
    private readonly DataFolder _folder = new();

    public static TheoryData<string, int> ElementTypes
    {
        get
        {
            var types = new TheoryData<string, int>();
            foreach (
                var type in new[]
                {
                    "|b1",
                    "|u1",
                    "|i1",
                    "<u2",
                    "<i2",
                    "<u4",
                    "<i4",
                    "<u8",
                    "<i8",
                    "<f2",
                    "<f4",
                    "<f8",
                    ">u2",
                    ">i2",
                    ">u4",
                    ">i4",
                    ">u8",
                    ">i8",
                    ">f2",
                    ">f4",
                    ">f8",
                    "=f4",
                }
            )
            {
                types.Add(type, 1 + (types.Count % 3));
            }

            return types;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ElementTypes))]
    public void Gives_The_Values_Of_Every_Element_Type(string descr, int version)
    {
        var values = Values(descr, 70 * 6);
        _folder.Write("x.npy", ArrayWriter.Npy(descr, [70, 2, 3], values, version));

        var source = DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 2, 3)], null, 1);

        source.Count.ShouldBe(70);
        DataFolder.Values(source).ShouldBe(values);
        source.Read().Select(batch => batch.Inputs["image"].Shape).ShouldBe([[64, 2, 3], [6, 2, 3]]);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Gives_The_Same_From_Archives_However_Packed(CompressionLevel level)
    {
        var values = Values("<i2", 200 * 5);
        _folder.Write(
            "x.npz",
            ArrayWriter.Npz(
                level,
                ("other", ArrayWriter.Npy("<f8", [1], [1])),
                ("images", ArrayWriter.Npy("<i2", [200, 5], values)),
                ("labels", ArrayWriter.Npy("|u1", [200], Enumerable.Range(0, 200).Select(i => (double)i)))
            )
        );
        var dataset = _folder.Archive("x.npz", labels: "labels");

        DataFolder.Values(DatasetReader.Open(dataset, [DataFolder.Input(-1, 5)], null, 1)).ShouldBe(values);

        var drawn = DatasetReader.Open(dataset, [DataFolder.Input(-1, 5)], 60, 3).Read().Single();
        var labels = drawn.Labels!;
        labels.ShouldBe(labels.Distinct().Order());
        drawn.Inputs["image"].As<double>().ToArray().ShouldBe(labels.SelectMany(label => values.Skip((int)label * 5).Take(5)));
    }

    [Theory]
    [InlineData(0x08, false)]
    [InlineData(0x09, true)]
    [InlineData(0x0B, false)]
    [InlineData(0x0C, true)]
    [InlineData(0x0D, false)]
    [InlineData(0x0E, true)]
    public void Gives_The_Values_Of_Idx_Files(byte code, bool packed)
    {
        var values = Values(code switch { 0x08 => "|u1", 0x09 => "|i1", 0x0B => ">i2", 0x0C => ">i4", 0x0D => ">f4", _ => ">f8" }, 10 * 4 * 3);
        var file = ArrayWriter.Idx(code, [10, 4, 3], values);
        _folder.Write("x-ubyte", packed ? ArrayWriter.Gzip(file) : file);

        DataFolder.Values(DatasetReader.Open(_folder.Files("x-ubyte"), [DataFolder.Input(1, 1, 4, 3)], null, 1)).ShouldBe(values);
    }

    [Fact]
    public void Skips_Over_What_Was_Not_Drawn_In_Packed_Files_Of_Many_Chunks()
    {
        var values = Enumerable.Range(0, 3000 * 100).Select(i => (double)(i % 251)).ToArray();
        _folder.Write("x.gz", ArrayWriter.Gzip(ArrayWriter.Npy("|u1", [3000, 100], values)));
        _folder.Write("x.npy", ArrayWriter.Npy("|u1", [3000, 100], values));

        var packed = DataFolder.Values(DatasetReader.Open(_folder.Files("x.gz"), [DataFolder.Input(-1, 100)], 7, 5));

        packed.ShouldBe(DataFolder.Values(DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 100)], 7, 5)));
        packed.Length.ShouldBe(700);
    }

    [Fact]
    public void Reads_Again_From_The_Start()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [9, 2], Values("<f4", 18)));
        var source = DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 2)], 5, 1, preferredBatch: 2);

        var first = DataFolder.Values(source);
        _ = source.Read().First();

        DataFolder.Values(source).ShouldBe(first);
    }

    [Theory]
    [InlineData("|u1", "[6]", new[] { 6 })]
    [InlineData("<i8", "[6, 1]", new[] { 6, 1 })]
    [InlineData(">i4", "[6, 1, 1]", new[] { 6, 1, 1 })]
    [InlineData("<u8", "[6]", new[] { 6 })]
    [InlineData("|i1", "[6]", new[] { 6 })]
    public void Reads_Labels_Of_Every_Whole_Type(string descr, string shape, int[] extents)
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [6, 2], Values("<f4", 12)));
        _folder.Write("y.npy", ArrayWriter.Npy(descr, [.. extents.Select(extent => (long)extent)], [3, 1, 4, 1, 5, 9]));

        var batch = DatasetReader.Open(_folder.Files("x.npy", "y.npy"), [DataFolder.Input(-1, 2)], null, 1).Read().Single();

        batch.Labels.ShouldBe([3L, 1, 4, 1, 5, 9], shape);
        batch.Targets.ShouldBe([3.0, 1, 4, 1, 5, 9], shape);
    }

    [Theory]
    [InlineData("<f4", new long[] { 6 })]
    [InlineData("<f8", new long[] { 6, 3 })]
    [InlineData(">i2", new long[] { 6, 2, 2 })]
    public void Reads_Labels_Of_Any_Numbers_And_Shape(string descr, long[] extents)
    {
        var values = Values(descr, (int)extents.Aggregate(1L, (product, extent) => product * extent));
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [6, 2], Values("<f4", 12)));
        _folder.Write("y.npy", ArrayWriter.Npy(descr, extents, values));

        var batches = DatasetReader.Open(_folder.Files("x.npy", "y.npy"), [DataFolder.Input(-1, 2)], null, 1, preferredBatch: 4).Read().ToList();

        batches.ShouldAllBe(batch => batch.Labels == null);
        batches.SelectMany(batch => batch.Targets!).ShouldBe(values);
    }

    [Fact]
    public void Has_No_Labels_When_The_Dataset_Has_None()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [6, 2], Values("<f4", 12)));

        DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 2)], null, 1).Read().Single().Labels.ShouldBeNull();
    }

    /// <summary>Values that the type holds exactly, its extremes among them.</summary>
    private static double[] Values(string descr, int count)
    {
        var random = new Random(descr.Length + count);
        var bits = int.Parse(descr[2..], System.Globalization.CultureInfo.InvariantCulture) * 8;
        return [.. Enumerable.Range(0, count).Select(i => descr[1] switch
        {
            'b' => i % 2,
            'u' => i == 0 ? Math.Pow(2, Math.Min(bits, 53)) - 1 : random.Next(0, 1 << Math.Min(bits, 20)),
            'i' => i == 0 ? -Math.Pow(2, Math.Min(bits - 1, 52)) : random.Next(-(1 << Math.Min(bits - 1, 20)), 1 << Math.Min(bits - 1, 20)),
            _ => random.Next(-1000, 1000) / 8.0,
        })];
    }
}
