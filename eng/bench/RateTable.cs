using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>quantize by rate: bytes of the file, as shipped, accuracy, and the change of the outputs beside its forecast.</summary>
internal static class RateTable
{
    public static int Run(string shared, string network, string goals, string samples, string seed)
    {
        var data = Path.GetFullPath(Path.Combine(shared, "data"));
        var (source, datasets) = network switch
        {
            "resnet20" => ($"{data}/cifar10/cifar_resnet20_akamaster.onnx", Cifar(data, CifarImages.Preprocess)),
            "vit" => ($"{data}/real/cifar_vit_pgd.onnx", Cifar(data, CifarImages.Preprocess)),
            "magika" => ($"{data}/real/magika_v3_3.onnx", $$"""
                  train: { path: {{data}}/real/magika_calib.npz, inputs: { bytes: bytes }, labels: labels }
                  test: { path: {{data}}/real/magika_test.npz, inputs: { bytes: bytes }, labels: labels }
                """),
            "mnist" => ($"{data}/mnist/mnist_burn_convbn.onnx", MnistData.Datasets($"{data}/mnist", "INPUT", "scale: 1/255, mean: 0.1307, std: 0.3081")[9..]),
            _ => throw new ArgumentException($"no network '{network}'", nameof(network)),
        };
        var original = File.ReadAllBytes(source);
        datasets = datasets.Replace("INPUT", OnnxModel.Load(source).Graph.Input[0].Name, StringComparison.Ordinal);
        Console.WriteLine("| goal | file | Brotli | Deflate | top-1 | agreement | forecast | change | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var goal in goals.Split(';', StringSplitOptions.TrimEntries))
        {
            using var workspace = new Workspace();
            var (report, profile) = workspace.Run($$"""
                version: 1
                device: cpu
                seed: {{seed}}
                datasets:
                {{datasets}}
                models:
                  model:
                    source: {{source}}
                    calibrate: { dataset: train, samples: {{samples}} }
                    evaluate: { dataset: test, metrics: [top1, agreement] }
                    compress:
                      - { method: quantize, {{goal}} }
                """);
            var file = File.ReadAllBytes(report.Output!);
            var top1 = report.Metrics.Single(metric => metric.Metric == "top1");
            var agreement = report.Metrics.Single(metric => metric.Metric == "agreement");
            var changes = report.Steps[0].Certificates.Select(change => change.Value.ToString("G3", CultureInfo.InvariantCulture)).Concat(["–", "–"]).Take(2);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {goal} | {Share(file.Length)} | {Packed(file, EmbedCompression.Brotli)} | {Packed(file, EmbedCompression.Deflate)} "
                        + $"| {top1.Compressed:P2} (from {top1.Original:P2}) | {agreement.Compressed:P2} | {string.Join(" | ", changes)} | {profile.TotalSeconds:F0} |"
                )
            );
        }

        return 0;

        string Share(int bytes) => ((double)bytes / original.Length).ToString("P2", CultureInfo.InvariantCulture);

        string Packed(byte[] file, EmbedCompression compression) => Share(Packing.Pack(file, compression, hasBrotli: true).Bytes.Length);
    }

    private static string Cifar(string data, string preprocess) => $$"""
          train: { path: {{data}}/cifar10/train-4000.npz, inputs: { "INPUT": images }, labels: labels, preprocess: { {{preprocess}} } }
          test: { path: {{data}}/cifar10/test-5000-jpeg.npz, inputs: { "INPUT": images }, labels: labels, preprocess: { {{preprocess}} } }
        """;
}
