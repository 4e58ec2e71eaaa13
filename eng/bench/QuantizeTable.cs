using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>quantize on ResNet-20 with 256 unlabelled calibration images: bytes of the file and accuracy by width and rounding.</summary>
internal static class QuantizeTable
{
    public static int Run(string shared, string widths)
    {
        var resnet = new ResNet20(shared);
        var original = File.ReadAllBytes(resnet.Source);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"original: {original.Length:#,0}, Brotli {Packed(original, EmbedCompression.Brotli)}, Deflate {Packed(original, EmbedCompression.Deflate)}"
            )
        );
        Console.WriteLine("| weights | rounding | file | of the original | Brotli | Deflate | unpack | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var weights in widths.Split(','))
        {
            foreach (var rounding in weights == "fp16" ? ["nearest"] : new[] { "gptq", "nearest" })
            {
                byte[] file = [];
                var step = $"method: quantize, weights: {weights}, rounding: {rounding}";
                var (report, profile) = resnet.Measure(step, "cpu", "1", path => file = File.ReadAllBytes(path), samples: 256);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {weights} | {rounding} | {file.Length:#,0} | {Share(file.Length)} | {Packed(file, EmbedCompression.Brotli)} "
                            + $"| {Packed(file, EmbedCompression.Deflate)} | {Unpack(file):F1} ms | {top1.Compressed:P2} (from {top1.Original:P2}) "
                            + $"| {profile.TotalSeconds:F0} |"
                    )
                );
            }
        }

        return 0;

        string Share(int bytes) => ((double)bytes / original.Length).ToString("P2", CultureInfo.InvariantCulture);

        string Packed(byte[] file, EmbedCompression compression) => Share(Packing.Pack(file, compression, hasBrotli: true).Bytes.Length);
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
