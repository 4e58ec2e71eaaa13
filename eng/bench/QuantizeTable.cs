using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>quantize with 256 unlabelled calibration samples: bytes of the file, accuracy and time of one sample by width and rounding.</summary>
internal static class QuantizeTable
{
    private const string Colours = "scale: 1/255, mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616]";

    private static readonly TimeSpan PerModel = TimeSpan.FromSeconds(5);

    /// <summary>Roundings of what is stored.</summary>
    public static IReadOnlyList<string> Stored { get; } = ["gptq, fit: independent", "nearest"];

    /// <summary>The one of them that needs data.</summary>
    public static IReadOnlyList<string> Independent { get; } = [Stored[0]];

    /// <summary>Roundings of what computes in integers; the first is what every peer does.</summary>
    public static IReadOnlyList<string> Integer { get; } =
        ["nearest, form: integer", "gptq, form: integer", "gptq, form: integer, range: percentile", "gptq, form: integer, range: mse",
            "gptq, form: integer, reduce-range: true"];

    /// <summary>Roundings of blocks that MatMulNBits computes with.</summary>
    public static IReadOnlyList<string> Blocks { get; } =
        ["nearest, form: nbits", "gptq, form: nbits", "gptq, form: nbits, accuracy: 1", "gptq, form: nbits, block: 64", "gptq, form: nbits, block: 128"];

    /// <summary>ResNet-20.</summary>
    public static int Run(string shared, string widths, IReadOnlyList<string> roundings)
    {
        var cifar = Data(shared, "cifar10");
        Table(
            Path.Combine(cifar, "cifar_resnet20_akamaster.onnx"),
            input => Archive("train", $"{cifar}/train-4000.npz", input, "images", CifarImages.Preprocess),
            input => Archive("test", $"{cifar}/test-5000-jpeg.npz", input, "images", CifarImages.Preprocess),
            widths,
            roundings);
        return 0;
    }

    /// <summary>Two networks for digits, one for file types, a vision transformer; or the one whose file's name begins with <paramref name="file"/>.</summary>
    public static int Others(string shared, string widths, string file, IReadOnlyList<string> roundings)
    {
        var (cifar, mnist, real) = (Data(shared, "cifar10"), Data(shared, "mnist"), Data(shared, "real"));
        string Digits(string name, string set, string input, string preprocess) =>
            $"{name}: {{ inputs: {{ \"{input}\": {mnist}/{set}-images-idx3-ubyte.gz }}, labels: {mnist}/{set}-labels-idx1-ubyte.gz, "
                + $"preprocess: {{ {preprocess} }} }}";
        void Table(string source, Func<string, string, string> data)
        {
            if (Path.GetFileName(source).StartsWith(file, StringComparison.Ordinal))
            {
                QuantizeTable.Table(source, input => data("train", input), input => data("test", input), widths, roundings);
            }
        }

        Table($"{real}/magika_v3_3.onnx", (set, input) => Archive(set, $"{real}/magika_{(set == "train" ? "calib" : "test")}.npz", input, "bytes", null));
        Table(
            $"{real}/cifar_vit_pgd.onnx",
            (set, input) => Archive(set, $"{cifar}/{(set == "train" ? "train-4000" : "test-5000-jpeg")}.npz", input, "images", Colours));
        foreach (var (digits, preprocess) in new[]
        {
            ("mnist_fc_256x6.onnx", "scale: 1/255, shape: [784, 1]"),
            ("mnist_burn_convbn.onnx", "scale: 1/255, mean: [0.1307], std: [0.3081]"),
        })
        {
            Table($"{mnist}/{digits}", (set, input) => Digits(set, set == "train" ? "train" : "t10k", input, preprocess));
        }

        return 0;
    }

    private static string Data(string shared, string folder) => Path.GetFullPath(Path.Combine(shared, "data", folder));

    private static string Archive(string name, string path, string input, string array, string? preprocess) =>
        $"{name}: {{ path: {path}, inputs: {{ \"{input}\": {array} }}, labels: labels{(preprocess is null ? "" : $", preprocess: {{ {preprocess} }}")} }}";

    private static void Table(string source, Func<string, string> train, Func<string, string> test, string widths, IReadOnlyList<string> roundings)
    {
        var original = File.ReadAllBytes(source);
        var input = OnnxModel.Load(source).Graph.Input[0].Name;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(source)}: {original.Length:#,0}, Brotli {Packed(original, EmbedCompression.Brotli)}, "
                    + $"Deflate {Packed(original, EmbedCompression.Deflate)}"
            )
        );
        Console.WriteLine(
            "| weights | rounding | file | of the original | Brotli | Deflate | unpack | top-1 | agreement | time of one sample | its 95 % interval | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var weights in widths.Split(','))
        {
            foreach (var rounding in weights == "fp16" ? ["nearest"] : roundings)
            {
                using var workspace = new Workspace();
                var (report, profile) = workspace.Run($$"""
                    version: 1
                    device: cpu
                    seed: 1
                    datasets:
                      {{train(input)}}
                      {{test(input)}}
                    models:
                      model:
                        source: {{source}}
                        calibrate: { dataset: train, samples: 256 }
                        evaluate: { dataset: test, metrics: [top1, agreement] }
                        compress:
                          - { method: quantize, weights: {{weights}}, rounding: {{rounding}} }
                    """);
                var file = File.ReadAllBytes(report.Output!);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                var agreement = report.Metrics.Single(metric => metric.Metric == "agreement");
                var latency = Time(source, report.Output!);
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {weights} | {rounding} | {file.Length:#,0} | {Share(file.Length)} | {Packed(file, EmbedCompression.Brotli)} "
                            + $"| {Packed(file, EmbedCompression.Deflate)} | {Unpack(file):F1} ms | {top1.Compressed:P2} (from {top1.Original:P2}) "
                            + $"| {agreement.Compressed:P2} | {latency.Ratio:P1} | {latency.Lower:P1} to {latency.Upper:P1} | {profile.TotalSeconds:F0} |"
                    )
                );
            }
        }

        string Share(int bytes) => ((double)bytes / original.Length).ToString("P2", CultureInfo.InvariantCulture);

        string Packed(byte[] file, EmbedCompression compression) => Share(Packing.Pack(file, compression, hasBrotli: true).Bytes.Length);
    }

    /// <summary>Time of one sample of noise against the original's: sessions that take turns, the median ratio of pairs.</summary>
    private static LatencyResult Time(string original, string compressed)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var before = engine.CreateSession(OnnxModel.Load(original));
        using var after = engine.CreateSession(OnnxModel.Load(compressed));
        var random = new Random(1);
        var inputs = before.Inputs.ToDictionary(input => input.Name, input =>
        {
            long[] shape = [.. input.Shape!.Select(extent => Math.Max(1, extent))];
            var count = shape.Aggregate(1L, (product, extent) => product * extent);
            return input.Type == DataType.Int32
                ? HostTensor.From<int>(DataType.Int32, shape, [.. Enumerable.Range(0, (int)count).Select(_ => random.Next(256))])
                : HostTensor.From<float>(DataType.Float, shape, [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle())]);
        });
        return LatencyMeter.Measure(new SessionLatencyProbe(before, after, inputs), PerModel);
    }

    /// <summary>Milliseconds to unpack a file from Brotli, the shortest of ten.</summary>
    private static double Unpack(byte[] file)
    {
        var packed = Packing.Pack(file, EmbedCompression.Brotli, hasBrotli: true).Bytes;
        return Enumerable.Range(0, 10).Min(_ =>
        {
            var clock = Stopwatch.StartNew();
            using var stream = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
            stream.ReadExactly(new byte[file.Length]);
            return clock.Elapsed.TotalMilliseconds;
        });
    }
}
