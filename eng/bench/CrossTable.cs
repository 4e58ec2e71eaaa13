using System.Globalization;
using System.IO.Compression;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 calibrated on its own kind of images, on digits as colour images, and on noise: how much it matters what Σ is taken from.</summary>
internal static class CrossTable
{
    private const int Samples = 512;
    private const int Side = 32;
    private const int Digit = 28;

    public static int Run(string shared, string steps)
    {
        var resnet = new ResNet20(shared);
        Console.WriteLine("| step | calibrated on | file | top-1 |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries))
        {
            foreach (var (name, calibrate) in new[] { ("own images", "dataset: train"), ("digits", "dataset: digits"), ("noise", "random") })
            {
                using var workspace = new Workspace();
                new CifarImages(Digits(MnistData.Folder(shared)), new long[Samples], "").Save(workspace.Folder);
                var manifest = resnet.Manifest("cpu", "1", Samples, $"{{ {step} }}")
                    .Replace("dataset: train, samples", calibrate == "random" ? calibrate : $"{calibrate}, samples", StringComparison.Ordinal)
                    .Replace("models:", $"""
                          digits:
                            inputs: {"{"} "{resnet.Input}": images.npy {"}"}
                            preprocess: {"{"} {CifarImages.Preprocess} {"}"}
                        models:
                        """, StringComparison.Ordinal);
                var (report, _) = workspace.Run(manifest);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {step} | {name} | {(double)report.After.Bytes / report.Before.Bytes:P2} | {top1.Compressed:P2} (from {top1.Original:P2}) |"));
            }
        }

        return 0;
    }

    // In the middle of a black image, the same in all three colours.
    private static byte[] Digits(string folder)
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(folder, "train-images-idx3-ubyte.gz")), CompressionMode.Decompress);
        var digits = new byte[16 + (Samples * Digit * Digit)];
        file.ReadExactly(digits);
        var pixels = new byte[Samples * 3 * Side * Side];
        for (var image = 0; image < 3 * Samples; image++)
        {
            for (var row = 0; row < Digit; row++)
            {
                var border = (Side - Digit) / 2;
                digits.AsSpan(16 + ((((image / 3) * Digit) + row) * Digit), Digit).CopyTo(pixels.AsSpan((((image * Side) + row + border) * Side) + border));
            }
        }

        return pixels;
    }
}
