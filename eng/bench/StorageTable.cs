using System.Globalization;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>Low-rank layers of ResNet-20 as chains and as stored factors, alone and with weights of few bits: bytes, accuracy and time.</summary>
internal static class StorageTable
{
    private static readonly (string Storage, string Bits)[] Forms =
        [("chain", ""), ("stored", ""), ("auto", ""), ("chain", "5"), ("stored", "5"), ("chain", "4"), ("stored", "4")];

    public static int Run(string shared, string methods)
    {
        const double Share = 0.40;
        var resnet = new ResNet20(shared);
        using var kept = new Workspace();
        var original = File.ReadAllBytes(resnet.Source);
        Console.WriteLine("| method | storage | then | file | of the original | Brotli | multiply-adds | time of one image | its 95 % interval | top-1 | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var method in methods.Split(','))
        {
            foreach (var (storage, bits) in Forms)
            {
                // The flow mapping of the step ends where another one begins.
                var then = bits.Length == 0 ? "" : $" }}\n      - {{ method: quantize, weights: {bits}";
                byte[] file = [];
                LatencyResult? latency = null;
                var (report, seconds) = resnet.Measure(
                    method,
                    resnet.Layers,
                    $"budget: {{ params: {resnet.Budget(Share)} }}, storage: {storage}{then}",
                    output => (file, latency) = (File.ReadAllBytes(output), CpTable.Time(resnet.Source, output)),
                    kept.Folder);
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
                var stored = report.Steps[0].Layers.Count(layer => layer.IsStored);
                var packed = Packing.Pack(file, EmbedCompression.Brotli, hasBrotli: true).Bytes.Length;
                var form = storage == "auto" ? $"auto ({stored} stored)" : storage;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {method} | {form} | {(bits.Length == 0 ? "–" : $"{bits} bits")} | {file.Length:#,0} | {(double)file.Length / original.Length:P1} | "
                        + $"{(double)packed / original.Length:P1} | {(double)report.After.Macs!.Value / report.Before.Macs!.Value:P1} | {latency!.Ratio:P0} | "
                        + $"{latency.Lower:P0} to {latency.Upper:P0} | {top1.Compressed:P2} (from {top1.Original:P2}) | {seconds:F0} |"));
            }
        }

        return 0;
    }
}
