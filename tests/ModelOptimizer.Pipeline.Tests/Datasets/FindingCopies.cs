using System.Globalization;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class FindingCopies : IDisposable
{
    private const int Samples = 50;
    private const int Channels = 3;
    private const int Pixels = 20;
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("as it is")]
    [InlineData("scaled")]
    [InlineData("NHWC")]
    [InlineData("float16")]
    [InlineData("float64")]
    [InlineData("six digits")]
    [InlineData("-0.0")]
    [InlineData("bytes")]
    [InlineData("nearly")]
    public void Finds_Copies_However_They_Are_Stored(string form)
    {
        // Of the calibration's samples the even ones are the gate's, in another order.
        var gate = Images(1);
        var calibration = Images(2);
        for (var sample = 0; sample < Samples; sample += 2)
        {
            calibration[sample] = gate[Samples - 1 - sample];
        }

        _folder.Write("gate.npy", ArrayWriter.Npy("<f4", [Samples, Channels, 4, 5], gate.SelectMany(image => image)));
        var model = new ModelTensor("image", DataType.Float, [-1, Channels, 4, 5]);

        var found = SampleCopies.Find(
            DatasetReader.Open(Stored(form, calibration), [model], null, 1),
            DatasetReader.Open(_folder.Files("gate.npy"), [model], null, 1));

        found.ShouldBe(Enumerable.Range(0, Samples).Select(sample => sample % 2 == 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(200)]
    public void Takes_No_Sample_For_Another(int width)
    {
        var random = new Random(width);
        double[] Draw() => [.. Enumerable.Range(0, 1000 * width).Select(_ => (double)(float)random.NextDouble())];

        Count(Draw(), Draw(), width).ShouldBe(0);
    }

    [Fact]
    public void Takes_No_Window_Of_A_Slow_Signal_For_Another()
    {
        var random = new Random(3);
        double[] Draw() => [.. Enumerable.Range(0, 1000).SelectMany(_ =>
        {
            var phase = 2 * Math.PI * random.NextDouble();
            return Enumerable.Range(0, 32).Select(i => (double)(float)Math.Sin(phase + (0.1 * i)));
        })];

        var (calibration, gate) = (Draw(), Draw());
        Count(calibration, gate, 32).ShouldBe(0);
        Count(calibration, [.. gate[..(16 * 1000)], .. calibration[..(16 * 1000)].Select(value => 1.00001 * value)], 32).ShouldBeInRange(500, 510);
    }

    [Fact]
    public void Takes_No_Categories_For_Each_Other()
    {
        // Three columns of one of 100 each: distances are one of four.
        var random = new Random(5);
        double[] Draw(int offset) => [.. Enumerable.Range(0, 500).SelectMany(row =>
        {
            var sample = new double[300];
            sample[(row + offset) % 100] = sample[100 + (((row / 5) + offset) % 100)] = sample[200 + (2 * random.Next(50)) + offset] = 1;
            return sample;
        })];

        Count(Draw(0), Draw(1), 300).ShouldBe(0);
    }

    [Fact]
    public void Samples_Of_Several_Inputs_Are_Equal_In_All_Of_Them()
    {
        static Batch Of(params double[][] inputs) => new(
            inputs.Index().ToDictionary(input => $"x{input.Index}", input => HostTensor.From<double>(DataType.Double, [2, input.Item.Length / 2], input.Item)), 2);

        SampleCopies.Find(new Evaluation.ListSource(Of([1, 2, 3, 4], [5, 6])), new Evaluation.ListSource(Of([1, 2, 3, 4], [5, 7]))).ShouldBe([true, false]);
    }

    private static int Count(double[] calibration, double[] gate, int width)
    {
        Evaluation.ListSource Source(double[] values) => new([.. values.Chunk(100 * width).Select(chunk => new Batch(
            new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<double>(DataType.Double, [chunk.Length / width, width], chunk) }, chunk.Length / width))]);
        return SampleCopies.Find(Source(calibration), Source(gate)).Count(found => found);
    }

    private static double[][] Images(int seed)
    {
        var random = new Random(seed);
        // Some values are zero, as a rectifier leaves them; all are whole 255ths, so that bytes hold them.
        return [.. Enumerable.Range(0, Samples).Select(_ => Enumerable.Range(0, Channels * Pixels).Select(_ => Math.Max(0, random.Next(512) - 256) / 255.0).ToArray())];
    }

    private DatasetPlan Stored(string form, double[][] images)
    {
        long[] shape = [Samples, Channels, 4, 5];
        var values = images.SelectMany(image => image);
        IEnumerable<double> Nhwc() =>
            images.SelectMany(image => Enumerable.Range(0, Channels * Pixels).Select(i => image[(i % Channels * Pixels) + (i / Channels)]));
        DatasetPlan Npy(string descr, IEnumerable<double> stored, long[] shape, PreprocessPlan? preprocess = null) =>
            _folder.Write("c.npy", ArrayWriter.Npy(descr, shape, stored)).Files("c.npy") with { Preprocess = preprocess ?? new PreprocessPlan() };

        switch (form)
        {
            case "scaled":
                return Npy("<f4", values.Select(value => 3 * value), shape, new PreprocessPlan { Scale = 1.0 / 3 });
            case "NHWC":
                return Npy("<f4", Nhwc(), [Samples, 4, 5, Channels], new PreprocessPlan { Layout = "NHWC" });
            case "float16":
                return Npy("<f2", values, shape);
            case "float64":
                return Npy("<f8", values, shape);
            case "-0.0":
                return Npy("<f4", values.Select(value => value == 0 ? -0.0 : value), shape);
            case "bytes":
                return Npy("|u1", Nhwc().Select(value => Math.Round(255 * value)), [Samples, 4, 5, Channels], new PreprocessPlan { Layout = "NHWC", Scale = 1.0 / 255 });
            case "nearly":
                return Npy("<f4", values.Select((value, i) => value + (1e-3 * Math.Sin(i))), shape);
            case "six digits":
                var lines = images.Select(image => string.Join(',', image.Select(value => value.ToString("G6", CultureInfo.InvariantCulture))));
                var header = string.Join(',', Enumerable.Range(0, Channels * Pixels).Select(i => $"v{i}"));
                return _folder.Write("c.csv", $"{header}\n{string.Join('\n', lines)}\n").In("c.csv", null, ("image", $"v0..v{(Channels * Pixels) - 1}")) with
                {
                    Preprocess = new PreprocessPlan { Shape = [Channels, 4, 5] },
                };
            default:
                return Npy("<f4", values, shape);
        }
    }
}
