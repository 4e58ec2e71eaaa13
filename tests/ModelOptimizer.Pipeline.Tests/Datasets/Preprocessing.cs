using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class Preprocessing : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scales_Then_Subtracts_Then_Divides_By_Channel()
    {
        var pixels = Enumerable.Range(0, 4 * 3 * 2 * 2).Select(i => (double)(i * 5 % 256)).ToArray();
        _folder.Write("x.npy", ArrayWriter.Npy("|u1", [4, 3, 2, 2], pixels));
        double[] mean = [0.485, 0.456, 0.406];
        double[] std = [0.229, 0.224, 0.225];
        var dataset = _folder.Files("x.npy") with { Preprocess = new PreprocessPlan { Scale = 1.0 / 255, Mean = mean, Std = std } };

        var values = DataFolder.Values(DatasetReader.Open(dataset, [DataFolder.Input(-1, 3, 2, 2)], null, 1));

        values.ShouldBe(pixels.Select((pixel, i) => ((pixel * (1.0 / 255)) - mean[i / 4 % 3]) / std[i / 4 % 3]));
    }

    [Fact]
    public void Moves_The_Channels_Of_Nhwc_To_The_Front()
    {
        const int Height = 2, Width = 4, Channels = 3;
        var pixels = Enumerable.Range(0, 5 * Height * Width * Channels).Select(i => (double)i).ToArray();
        _folder.Write("x.npy", ArrayWriter.Npy("<i4", [5, Height, Width, Channels], pixels));
        var dataset = _folder.Files("x.npy") with { Preprocess = new PreprocessPlan { Layout = "NHWC", Mean = [0, 100, 200] } };

        var values = DataFolder.Values(DatasetReader.Open(dataset, [DataFolder.Input(-1, Channels, Height, Width)], null, 1));

        var expected = from n in Enumerable.Range(0, 5)
                       from c in Enumerable.Range(0, Channels)
                       from h in Enumerable.Range(0, Height)
                       from w in Enumerable.Range(0, Width)
                       select pixels[(((((n * Height) + h) * Width) + w) * Channels) + c] - (100 * c);
        values.ShouldBe(expected);
    }

    [Theory]
    [InlineData("NCHW")]
    [InlineData("NHWC")]
    public void Reverses_The_Channels_Before_Mean_And_Std(string layout)
    {
        const int Channels = 3, Pixels = 8;
        double Value(int sample, int channel, int pixel) => (100 * sample) + (10 * channel) + pixel;
        var stored = from n in Enumerable.Range(0, 5)
                     from i in Enumerable.Range(0, Channels * Pixels)
                     select layout == "NHWC" ? Value(n, i % Channels, i / Channels) : Value(n, i / Pixels, i % Pixels);
        _folder.Write("x.npy", ArrayWriter.Npy("<i4", layout == "NHWC" ? [5, 2, 4, Channels] : [5, Channels, 2, 4], [.. stored]));
        var dataset = _folder.Files("x.npy") with { Preprocess = new PreprocessPlan { Layout = layout, IsReversed = true, Mean = [1000, 2000, 3000] } };

        var values = DataFolder.Values(DatasetReader.Open(dataset, [DataFolder.Input(-1, Channels, 2, 4)], null, 1));

        values.ShouldBe(from n in Enumerable.Range(0, 5)
                        from c in Enumerable.Range(0, Channels)
                        from p in Enumerable.Range(0, Pixels)
                        select Value(n, 2 - c, p) - (1000 * (c + 1)));
    }

    [Fact]
    public void Of_A_Single_Input_Is_In_Place_Of_That_Of_All()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<i4", [2, 1], [10, 20]));
        _folder.Write("y.npy", ArrayWriter.Npy("<i4", [2, 1], [1, 2]));
        var dataset = _folder.Files("x.npy") with
        {
            Inputs = new Dictionary<string, string> { ["image"] = _folder.Files("x.npy").Inputs["image"], ["depth"] = _folder.Files("y.npy").Inputs["image"] },
            Preprocess = new PreprocessPlan
            {
                Scale = 0.1,
                Mean = [5],
                Inputs = new Dictionary<string, PreprocessPlan> { ["depth"] = new() { Scale = 3 } },
            },
        };

        var batch = DatasetReader.Open(dataset, [DataFolder.Input(-1, 1), DataFolder.Input(-1, 1) with { Name = "depth" }], null, 1).Read().Single();

        batch.Inputs["image"].Doubles().ShouldBe([-4, -3], 1e-9);
        batch.Inputs["depth"].Doubles().ShouldBe([3, 6], 1e-9);
    }

    [Fact]
    public void Reshapes_And_Takes_Channels_From_Before_Or_After()
    {
        var pixels = Enumerable.Range(0, 2 * 12).Select(i => (double)i).ToArray();
        _folder.Write("flat.npy", ArrayWriter.Npy("<f4", [2, 12], pixels));
        _folder.Write("image.npy", ArrayWriter.Npy("<f4", [2, 3, 2, 2], pixels));
        var expected = pixels.Select((pixel, i) => pixel - (i % 12 / 4)).ToArray();
        var preprocess = new PreprocessPlan { Mean = [0, 1, 2] };

        var shaped = _folder.Files("flat.npy") with { Preprocess = preprocess with { Shape = [3, 2, 2] } };
        var flattened = _folder.Files("image.npy") with { Preprocess = preprocess with { Shape = [12] } };

        DataFolder.Values(DatasetReader.Open(shaped, [DataFolder.Input(-1, 3, 2, 2)], null, 1)).ShouldBe(expected);
        DataFolder.Values(DatasetReader.Open(flattened, [DataFolder.Input(-1, 12)], null, 1)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(DataType.Float, new byte[] { 0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0 })]
    [InlineData(DataType.Float16, new byte[] { 0, 0x3E, 0, 0xC0 })]
    [InlineData(DataType.Bfloat16, new byte[] { 0xC0, 0x3F, 0, 0xC0 })]
    [InlineData(DataType.Double, new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0 })]
    internal void Casts_To_The_Floating_Type_Of_The_Input(DataType type, byte[] expected)
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f8", [1, 2], [1.5, -2]));

        var tensor = DatasetReader.Open(_folder.Files("x.npy"), [new ModelTensor("image", type, [1, 2])], null, 1).Read().Single().Inputs["image"];

        tensor.Type.ShouldBe(type);
        tensor.Bytes.ShouldBe(expected);
    }

    [Fact]
    public void Rounds_To_Bfloat16_To_The_Nearest_Even()
    {
        // 1 + 1/256 lies halfway between 1 and the next bfloat16, 1 + 3/256 halfway between two whose upper one is even.
        _folder.Write("x.npy", ArrayWriter.Npy("<f8", [1, 4], [1 + (1 / 256.0), 1 + (3 / 256.0), 1 + (1.01 / 256), double.NaN]));

        var tensor = DatasetReader.Open(_folder.Files("x.npy"), [new ModelTensor("image", DataType.Bfloat16, [1, 4])], null, 1).Read().Single().Inputs["image"];

        tensor.As<ushort>().ToArray().ShouldBe([(ushort)0x3F80, (ushort)0x3F82, (ushort)0x3F81, (ushort)0x7FC0]);
    }

    [Theory]
    [InlineData(DataType.Bool, 1)]
    [InlineData(DataType.Int8, 1)]
    [InlineData(DataType.Uint8, 1)]
    [InlineData(DataType.Int16, 2)]
    [InlineData(DataType.Uint16, 2)]
    [InlineData(DataType.Int32, 4)]
    [InlineData(DataType.Uint32, 4)]
    [InlineData(DataType.Int64, 8)]
    [InlineData(DataType.Uint64, 8)]
    internal void Casts_To_The_Whole_Type_Of_The_Input(DataType type, int width)
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f4", [1, 3], [0, 1, 1]));

        var tensor = DatasetReader.Open(_folder.Files("x.npy"), [new ModelTensor("image", type, [1, 3])], null, 1).Read().Single().Inputs["image"];

        tensor.Bytes.Chunk(width).Select(bytes => (bytes[0], bytes.Skip(1).Sum(b => b))).ShouldBe([((byte)0, 0), ((byte)1, 0), ((byte)1, 0)]);
    }

    [Fact]
    public void Keeps_Whole_Numbers_That_No_Double_Holds()
    {
        _folder.Write("x.npy", ArrayWriter.Npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1), }", BitConverter.GetBytes(long.MaxValue - 1)));

        DatasetReader.Open(_folder.Files("x.npy"), [new ModelTensor("image", DataType.Int64, [1, 1])], null, 1).Read().Single()
            .Inputs["image"].As<long>()[0].ShouldBe(long.MaxValue - 1);
    }

    [Theory]
    [InlineData(DataType.Int64, 0.5)]
    [InlineData(DataType.Uint8, 256)]
    [InlineData(DataType.Uint8, -1)]
    [InlineData(DataType.Bool, 2)]
    [InlineData(DataType.Float16, 1e6)]
    [InlineData(DataType.Float, 1e300)]
    [InlineData(DataType.Int32, double.NaN)]
    internal void Refuses_A_Value_That_Would_Become_Another_One(DataType type, double value)
    {
        _folder.Write("x.npy", ArrayWriter.Npy("<f8", [1, 1], [value]));
        var source = DatasetReader.Open(_folder.Files("x.npy"), [new ModelTensor("image", type, [1, 1])], null, 1);

        Should.Throw<DiagnosticException>(() => source.Read().ToList()).Diagnostic.Code.ShouldBe(DataCodes.Value);
    }
}
