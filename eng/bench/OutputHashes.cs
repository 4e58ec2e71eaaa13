using System.Globalization;
using System.Security.Cryptography;

namespace ModelOptimizer.Bench;

/// <summary>
/// SHA-256 of small outputs of every method, to tell that a change of the code changed no number: run it before and after on one machine, and compare the
/// lines. They are those of one build of ONNX Runtime, one class of processor and one number of cores.
/// </summary>
internal static class OutputHashes
{
    private const string Light = "calibrate: { dataset: train, samples: 256 }\n    evaluate: { dataset: test, metrics: [top1], samples: 500 }";

    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="lines">Where the lines go too; null for the console only.</param>
    public static int Run(string shared, string? lines)
    {
        var cases = new List<(string Name, Func<string> Manifest)>
        {
            ("digits", () => Digits("method: tucker, budget: { size: 30% }")),
            ("digits, auto", () => Digits("method: auto")),
            ("tucker", () => Cifar(shared, "{ method: tucker, budget: { params: 50% } }")),
            ("tucker, published, error bound", () => Cifar(shared, "{ method: tucker, variant: published, norm: frobenius, error: 30% }")),
            ("cp", () => Burn(shared, "{ method: cp, budget: { macs: 60% } }")),
            ("nn-bcd, network", () => Dense(shared, "{ method: nn-bcd, sparsity: 90%, sweeps: 3 }")),
            ("nn-bcd, tensor trains", () => Dense(shared, "{ method: nn-bcd, mode: layer, rank: 8, sweeps: 3 }")),
            ("distill", () => Burn(shared, "{ method: tucker, ranks: 50% }, { method: distill, steps: 20, batch: 32 }")),
            ("opdf", () => Burn(shared, "{ method: tucker, ranks: 50% }, { method: opdf, steps: 20, batch: 32 }")),
            ("convex, head", () => Burn(shared, "{ method: convex-distillation, block: head, width: 2, penalty: 5% }")),
            ("convex, convolutions", () => Cifar(shared, "{ method: convex-distillation, width: 4, sweeps: 2 }")),
        };
        var written = new List<string>();
        foreach (var (name, manifest) in cases)
        {
            using var workspace = new Workspace();
            var (report, profile) = workspace.Run(manifest());
            var line = $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(report.Output!)))}  {name}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}  ({profile.TotalSeconds:F0} s)"));
            written.Add(line);
        }

        if (lines is not null)
        {
            File.WriteAllLines(lines, written);
        }

        return 0;
    }

    private static string Digits(string step)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "samples", "DigitReader")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("samples/DigitReader is not above this program.");
        }

        var sample = Path.Combine(folder.FullName, "samples", "DigitReader");
        return File.ReadAllText(Path.Combine(sample, "modelopt.yaml"))
            .Replace("seed: 1", "seed: 1\ndevice: cpu", StringComparison.Ordinal)
            .Replace("data/", Path.Combine(sample, "data") + "/", StringComparison.Ordinal)
            .Replace("models/", Path.Combine(sample, "models") + "/", StringComparison.Ordinal)
            .Replace("- method: auto", $"- {{ {step} }}", StringComparison.Ordinal)
            .Replace("      - shipped: { max: 5% }\n", "", StringComparison.Ordinal);
    }

    private static string Burn(string shared, string steps) =>
        BurnNetwork.Manifest(shared, 256, $"compress: [{steps}]").Replace("metrics: [top1]", "metrics: [top1], samples: 500", StringComparison.Ordinal);

    private static string Dense(string shared, string step)
    {
        var data = MnistData.Folder(shared);
        var model = Path.Combine(data, "mnist_fc_256x6.onnx");
        return $$"""
            version: 1
            device: cpu
            {{MnistData.Datasets(data, Onnx.OnnxModel.Load(model).Graph.Input[0].Name, "scale: 1/255, shape: [784, 1]")}}
            models:
              mnist:
                source: {{model}}
                {{Light}}
                compress: [{{step}}]
            """;
    }

    private static string Cifar(string shared, string step)
    {
        var resnet = new ResNet20(shared);
        return resnet.Manifest("cpu", "1", 256, step).Replace("metrics: [top1]", "metrics: [top1], samples: 500", StringComparison.Ordinal);
    }
}
