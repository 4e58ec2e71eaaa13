using System.Text;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>Manifests: read, and built from without compressing, so that every name in them becomes the name of a file, a resource or a class.</summary>
internal sealed class Manifests : Subject
{
    private const string Everything = """
        version: 1
        device: cpu
        linear-algebra: built-in
        seed: 3
        datasets:
          files: { inputs: { image: a.npy, b: b.npy }, labels: l.npy, preprocess: { scale: 1/255, mean: [0.1, 0.2], std: [3], layout: NHWC, shape: [1, 4] } }
          table:
            path: t.csv
            inputs: { image: [x, y..z] }
            labels: z
            split: { test: 20%, train: 70.5% }
          folder: { path: images, inputs: { image: "*.npy" }, labels: folder }
        models:
          one:
            source: model.onnx
            output: out/one.onnx
            calibrate: &few { random: 64 }
            evaluate: { dataset: files, metrics: [top3, mse], samples: 10, output: y, command: [python, eval.py, "{model}"], timeout: 5, files: [b.npy] }
            compress: [{ method: tucker, ranks: 4 }, { method: tucker, energy: 90%, keep: faster }]
            gates:
              - top3: { max-drop: 0.5%, min: 97%, confidence: 90%, allow-overlap: true }
              - mse: { max: 0.01, severity: warning }
              - size: { max: 1.5 MiB }
              - params: { max: 250 k }
              - latency: { max: 100% }
              - mAP: { max-drop: 1%, confidence: none }
              - perplexity: { max-rise: 5%, confidence: none }
            embed: { resource: One.onnx, accessor: My.One, compression: brotli }
          two.b:
            source: ./model.onnx
            calibrate: *few
            evaluate: { dataset: table/test }
            compress:
              - method: auto
            gates: [{ top1: { max-drop: 1% } }]
            embed: { copy: models/two.onnx }
        """;

    private static readonly string[] Steps =
    [
        "method: auto, objective: size, layers: [\"!conv1\"], heal: { steps: 300 }, max-evaluations: 9, max-minutes: 20",
        "method: auto, objective: macs, budget: { macs: 50% }",
        "method: tucker, norm: frobenius, variant: published, moment: centred, bn: unfolded, shrink: 5%, layers: [\"*\"], ranks: { \"*\": 50%, \"re:^c\": [8, 4] }",
        "method: tucker, budget: auto, max-evaluations: 12, max-minutes: 2.5",
        "method: cp, budget: { params: 250 k, allocation: uniform }",
        "method: nn-bcd, mode: layer, safeguard: off, rank: [4, 4], modes: { fc: [4, 8] }, sparsity: { \"*\": 90% }, sweeps: 7, tolerance: 1e-6, rho: 2, tau: 3",
        "method: distill, student: model.onnx, layers: [fc], loss: mixed, temperature: 4, alpha: 0.3, steps: 100, batch: 8, optimizer: sgd, learning-rate: 1e-2",
        "method: opdf, rate: 5, tensors: 7, aux: detached, lambda: 1e-3, teacher-layers: { a: b, c: d }, epochs: 2",
        "method: convex-distillation, block: { from: a, to: b }, sweeps: 3, tolerance: 1%, form: relu, penalty: 0.5, certificate: { max-gap: 1e-3 }",
        "method: quantize, weights: { \"*\": 8, fc: ternary }, rounding: nearest, form: stored, layers: [\"*\"]",
    ];

    public Manifests()
    {
        foreach (var file in new[] { "a.npy", "b.npy", "l.npy", "images/c/1.npy", "t.csv", "eval.py" })
        {
            Files[file] = [];
        }

        Files["model.onnx"] = SampleModels.Small;
        Specimens =
        [
            new Specimen("modelopt.yaml", Encoding.UTF8.GetBytes(Everything), Form.Text),
            .. Steps.Select(step => new Specimen("modelopt.yaml", Encoding.UTF8.GetBytes(
                $"version: 1\nmodels:\n  m:\n    source: model.onnx\n    evaluate: {{ command: eval }}\n    compress:\n      - {{ {step} }}\n    gates: [{{ loss: {{ max: 1 }} }}]\n    embed: {{ resource: a.b, accessor: C }}\n"), Form.Text)),
        ];
    }

    public override string Name => "manifest";

    public override int Share => 10;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayNameOthers => true;

    public override bool MayWrite(string file) => file.StartsWith("obj/", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var log = new SilentLog();
        OriginalsBuild.Run(OriginalsBuild.Request(project), log, cancellation);
        var plan = ManifestReader.Read(Path.Combine(project, "modelopt.yaml"));
        return [.. log.Diagnostics, .. plan.Remarks];
    }
}

/// <summary>A build that embeds the originals: all of a build but compressing.</summary>
internal static class OriginalsBuild
{
    public static BuildRequest Request(string project) => new()
    {
        Manifests = [Path.Combine(project, "modelopt.yaml")],
        OutputDirectory = Path.Combine(project, "obj"),
        CacheDirectory = Path.Combine(project, "cache"),
        Severity = "error",
        Enabled = false,
        RootNamespace = "My.App",
        TargetFrameworks = "net10.0",
        ToolVersion = "tool",
    };

    public static int Run(BuildRequest request, SilentLog log, CancellationToken cancellation) => new BuildSession(
        request,
        "1.0",
        log,
        (_, _, _) => new RunResult([], [], [], 0),
        path => ManifestReader.Read(path, filesMustExist: false)).Run(cancellation);
}

/// <summary>Keeps what a build says.</summary>
internal sealed class SilentLog : IBuildLog
{
    public List<Diagnostic> Diagnostics { get; } = [];

    public void Headline(string text)
    {
    }

    public void Detail(string text)
    {
    }

    public void Diagnostic(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);
}
