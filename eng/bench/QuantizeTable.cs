using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>quantize on ResNet-20 with 256 unlabelled calibration images: bytes of the file and accuracy by width and rounding.</summary>
internal static class QuantizeTable
{
    public static int Run(string shared, string widths)
    {
        var resnet = new ResNet20(shared);
        Console.WriteLine("| weights | rounding | file | of the original | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var weights in widths.Split(','))
        {
            foreach (var rounding in weights == "fp16" ? ["nearest"] : new[] { "gptq", "nearest" })
            {
                var (report, profile) = resnet.Measure($"method: quantize, weights: {weights}, rounding: {rounding}", "cpu", "1", samples: 256);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {weights} | {rounding} | {report.After.Bytes:#,0} | {(double)report.After.Bytes / report.Before.Bytes:P2} | {top1.Compressed:P2} "
                            + $"(from {top1.Original:P2}) | {profile.TotalSeconds:F0} |"
                    )
                );
            }
        }

        return 0;
    }
}
