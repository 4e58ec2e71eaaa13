using System.Text;
using ModelOptimizer.Pipeline.Running;

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

    public Compressions()
    {
        Files["model.onnx"] = SampleModels.Small;
        Files["weights.bin"] = SampleModels.Weights;
        Specimens =
        [
            .. from model in SampleModels.All from step in Steps select new Specimen("model.onnx", model, Form.Model) { Variant = step },
            .. from step in Steps select new Specimen("modelopt.yaml", Encoding.UTF8.GetBytes(Manifest(step)), Form.Text),
        ];
    }

    public override string Name => "compress";

    public override bool MayEndTheProcess => true;

    public override bool MayTakeLong => true;

    public override bool MayNameOthers => true;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayWrite(string file) => file is "model.onnx" or "modelopt.yaml" || file.Contains(".compressed.", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var manifest = Path.Combine(project, "modelopt.yaml");
        if (specimen.Variant.Length > 0)
        {
            File.WriteAllText(manifest, Manifest(specimen.Variant));
        }
        else
        {
            File.WriteAllBytes(Path.Combine(project, "model.onnx"), SampleModels.All[2]);
        }

        return CompressionRunner.Run(new RunOptions { ManifestPath = manifest }, new Deaf(), cancellation).Diagnostics;
    }

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
