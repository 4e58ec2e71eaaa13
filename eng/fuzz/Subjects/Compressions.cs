using System.IO.Compression;
using System.Text;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Datasets;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>
/// Whole runs of every method on damaged models, and of damaged steps on whole models. They reach ONNX Runtime, which may end the process, and take as long as
/// a step says.
/// </summary>
internal sealed class Compressions : Subject
{
    private static readonly string[] Steps =
    [
        "{ method: tucker, ranks: 50% }",
        "{ method: tucker, budget: { params: 60% } }",
        "{ method: tucker, energy: 90%, bn: unfolded, storage: stored }",
        "{ method: cp, ranks: 2 }",
        "{ method: cp, budget: { macs: 60% } }",
        "{ method: nn-bcd, rank: 50%, sweeps: 2 }",
        "{ method: nn-bcd, mode: layer, sparsity: 50%, sweeps: 2 }",
        "{ method: distill, student: model.onnx, steps: 3, batch: 4 }",
        "{ method: opdf, epochs: 1, batch: 8 }",
        "{ method: convex-distillation, blocks: auto, sweeps: 1, iterations: 5 }",
        "{ method: quantize, weights: 4 }",
        "{ method: quantize, weights: { \"*\": ternary }, form: stored }",
        "{ method: quantize, weights: fp16 }",
        "{ method: tucker, ranks: 50% }, { method: quantize, weights: 8 }",
    ];

    private static readonly string[] Searches =
    [
        "{ method: auto, max-evaluations: 4 }",
        "{ method: tucker, budget: auto, max-evaluations: 4, keep: faster }",
        "{ method: cp, budget: auto, max-evaluations: 4 }, { method: quantize, weights: auto, budget: auto, max-evaluations: 4 }",
    ];

    public Compressions()
    {
        foreach (var (file, seed) in new[] { ("d.npz", 1), ("e.npz", 2) })
        {
            var images = ArrayWriter.Npy("<f4", [24, SampleModels.Width], GraphBuilder.Normal([24, SampleModels.Width], 1, seed));
            var labels = ArrayWriter.Npy("<i8", [24], Enumerable.Range(0, 24).Select(i => (double)(i % 10)));
            Files[file] = ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", images), ("labels", labels));
        }

        Files["model.onnx"] = SampleModels.Small;
        Files["weights.bin"] = SampleModels.Weights;
        Specimens =
        [
            .. from model in SampleModels.All from step in Steps select new Specimen("model.onnx", model, Form.Model) { Variant = step },
            .. from step in Steps.Concat(Searches) select new Specimen("modelopt.yaml", Encoding.UTF8.GetBytes(WithData(step)), Form.Text),
        ];
    }

    public override string Name => "compress";

    public override bool MayEndTheProcess => true;

    public override bool MayTakeLong => true;

    public override bool MayNameOthers => true;

    public override IReadOnlyList<Specimen> Specimens { get; }

    // An output may be called anything, but it must not take the place of what was read.
    public override bool MayWrite(string file) => file is "model.onnx" or "modelopt.yaml" || !Files.ContainsKey(file);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var manifest = Path.Combine(project, "modelopt.yaml");
        if (specimen.Variant.Length > 0)
        {
            File.WriteAllText(manifest, Manifest(specimen.Variant));
        }
        else
        {
            File.WriteAllBytes(Path.Combine(project, "model.onnx"), SampleModels.Small);
        }

        return CompressionRunner.Run(new RunOptions { ManifestPath = manifest }, new Deaf(), cancellation).Diagnostics;
    }

    private static string WithData(string steps) => $$"""
        version: 1
        device: cpu
        seed: 2
        datasets:
          d: { path: d.npz, inputs: { image: images }, labels: labels, preprocess: { scale: 1/2, mean: [0.1], std: [1.5] } }
          e:
            path: e.npz
            inputs: { image: images }
            labels: labels
            split: { first: 60%, rest: 40% }
        models:
          m:
            source: model.onnx
            output: out/m.compressed.onnx
            calibrate: { dataset: d, samples: 16 }
            evaluate: { dataset: e/first, metrics: [top1, cosine, mse, f1-macro, top3], samples: 12, output: scores }
            compress: [{{steps}}]
            gates:
              - cosine: { min: 0.01, severity: warning }
              - mse: { max: 1000, allow-overlap: true }
              - size: { max: 300% }
              - params: { max: 250 k }
        """;

    private static string Manifest(string steps) => $$"""
        version: 1
        device: cpu
        models:
          m:
            source: model.onnx
            calibrate: { random: 16 }
            compress: [{{steps}}]
            gates: [{ size: { max: 300% } }]
        """;
}
