using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Auto;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>Keys of caches and lock files are made of canonical texts: a change here makes every user's cache and lock stale.</summary>
public sealed class CanonicalSamples
{
    private const string Options = """
        { method: auto }
        { method: auto, objective: size, layers: ["!conv1"], heal: { steps: 300 }, max-evaluations: 9, max-minutes: 20 }
        { method: auto, heal: { minutes: 5 } }
        { method: auto, budget: { shipped: 6% } }
        { method: auto, objective: macs }
        { method: auto, objective: macs, budget: { macs: 50% } }
        { method: tucker, norm: frobenius, variant: published, moment: centred, jitter: published, bn: unfolded, shrink: 5%, layers: ["*", "!conv1"], ranks: { "*": 50%, fc: 4, "re:^c": [8, 4] } }
        { method: tucker, energy: 0.95 }
        { method: tucker, error: 10%, keep: faster }
        { method: tucker, budget: auto, max-evaluations: 12, max-minutes: 2.5 }
        { method: cp, ways: 3, starts: 5, ranks: 16 }
        { method: cp, budget: { params: 250 k, allocation: uniform } }
        { method: cp, budget: { macs: 40% } }
        { method: nn-bcd, rank: 10% }
        { method: nn-bcd, mode: layer, safeguard: off, rank: [4, 4], modes: { fc: [4, 8] }, sparsity: { "*": 90% }, layers: [fc], sweeps: 7, tolerance: 1e-6, rho: 2, tau: 3, alpha: 0.5, prefer: speed }
        { method: nn-bcd, variant: published, start: kaiming-normal, target: labels, gamma: 5, sparsity: 0.9 }
        { method: distill }
        { method: distill, student: small.onnx, layers: [fc], loss: mixed, temperature: 4, alpha: 0.3, steps: 100, minutes: 2.5, batch: 8, optimizer: sgd, learning-rate: 1e-2, schedule: cosine, warm-up: 10%, momentum: 0.5, weight-decay: 0.01, clip: 0, augment: { flip: horizontal, crop: 4, mixup: true, noise: 5% } }
        { method: opdf }
        { method: opdf, rate: 5, tensors: 7, aux: detached, lambda: 1e-3, teacher-layers: { a: b, c: d }, epochs: 2 }
        { method: convex-distillation }
        { method: convex-distillation, block: stage3, width: 32, kernel: 1, gates: teacher, solver: gradient, inputs: sequential, epochs: 2, batch: 4, learning-rate: 0.1 }
        { method: convex-distillation, block: { from: a, to: b }, sweeps: 3, tolerance: 1%, form: relu, penalty: 0.5, polish: 1%, mixing: 0.5, iterations: 10, certificate: { max-gap: 1e-3 } }
        { method: convex-distillation, blocks: auto }
        { method: quantize, weights: 4 }
        { method: quantize, weights: { "*": 8, fc: ternary }, rounding: nearest, form: stored, layers: ["*"] }
        { method: quantize, weights: 8, form: integer, range: mse, reduce-range: true }
        { method: quantize, weights: 4, form: nbits, block: 128, accuracy: 1 }
        """;

    private const string Everything = """
        version: 1
        seed: 3
        datasets:
          files: { inputs: { a: a.npy, b: b.npy }, labels: l.npy, preprocess: { scale: 0.5, mean: [0.1, 0.2], std: [3], layout: NHWC, shape: [1, 4] } }
          table: { path: t.csv, inputs: { a: [x, y] }, labels: z, split: { test: 20%, train: 70.5% } }
        models:
          one:
            source: x/one.onnx
            output: out/one.onnx
            calibrate: { random: 64 }
            evaluate: { dataset: files, metrics: [top3, mse], samples: 10, output: y, command: [python, eval.py, "{model}"], timeout: 5, files: [b.txt, a.txt] }
            compress: [{ method: tucker, ranks: 4 }, { method: tucker, energy: 90%, keep: faster }]
            gates:
              - top3: { max-drop: 0.5%, min: 97%, confidence: 90%, allow-overlap: true }
              - mse: { max: 0.01, severity: warning }
              - size: { max: 1.5 MiB }
              - params: { max: 250 k }
              - mAP: { max-drop: 1%, confidence: none }
              - perplexity: { max-rise: 5%, confidence: none }
            embed: { resource: One.onnx, accessor: My.One }
          two:
            source: two.onnx
            initializers: inputs
            strip: false
            custom-ops: [libops.so]
            calibrate: { dataset: table/train }
            evaluate: { dataset: table/test }
            compress: [{ method: tucker, ranks: 4 }]
            embed: { copy: models/two.onnx }
        """;

    [Fact]
    public void Of_Files()
    {
        var texts = new StringBuilder();
        Add(texts, "sample", File.ReadAllText(Path.Combine(Repository.Root, "samples", "DigitReader", "modelopt.yaml")));
        Add(texts, "template", File.ReadAllText(Path.Combine(Repository.Root, "templates", "modelopt-manifest", "modelopt.yaml")));
        Add(texts, "everything else", Everything);

        texts.ToString().ShouldBeApproved();
    }

    [Fact]
    public void Of_Every_Option()
    {
        var texts = new StringBuilder();
        foreach (var step in Options.ReplaceLineEndings("\n").Split('\n'))
        {
            Add(
                texts,
                step,
                $"version: 1\nmodels: {{ m: {{ source: m.onnx, compress: [{step}], evaluate: {{ command: eval }}, gates: [{{ loss: {{ max: 1 }} }}] }} }}\n"
            );
        }

        // What stands for other steps is those.
        foreach (var option in MethodCatalogue.All.Where(method => method is not AutoMethod).SelectMany(method => method.Options.Select(option => option.Name)).Distinct())
        {
            texts.ToString().ShouldContain($"\"{option}\":");
        }

        texts.ToString().ShouldBeApproved();
    }

    private static void Add(StringBuilder texts, string title, string yaml)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["modelopt.yaml"], yaml);
        texts.Append($"=== {title}\n");
        foreach (var model in ManifestReader.Read(folder["modelopt.yaml"], filesMustExist: false).Models)
        {
            texts.Append($"{model.Name}: {model.Canonical}\n");
        }
    }
}
