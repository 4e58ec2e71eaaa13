using System.IO.Compression;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>A folder with a small convolutional model, two disjoint datasets and a manifest.</summary>
internal sealed class SmallProject : IDisposable
{
    private readonly TempFolder _folder = new();

    public SmallProject(string gates)
    {
        new GraphBuilder()
            .Input("image", [-1, 4, 8, 8])
            .Conv("image", "hidden", 16, 4, [3, 3], attributes: ("pads", new long[] { 1, 1, 1, 1 }))
            .Node("Relu", ["hidden"], ["active"])
            .Conv("active", "deep", 16, 16, [3, 3], attributes: ("pads", new long[] { 1, 1, 1, 1 }))
            .Node("GlobalAveragePool", ["deep"], ["pooled"])
            .Node("Flatten", ["pooled"], ["features"])
            .Gemm("features", "scores", 5, 16)
            .Output("scores", [-1, 5])
            .Build()
            .Save(_folder["model.onnx"]);
        WriteImages("train.npz", 96, seed: 1);
        WriteImages("test.npz", 64, seed: 2);
        WriteManifest(gates);
    }

    public string Manifest => _folder["modelopt.yaml"];

    public string Output => _folder["out", "small", "model.onnx"];

    public string Cache => _folder["cache"];

    /// <summary>The line that the first gate is written on.</summary>
    public static int GateLine => 14;

    /// <summary>The line that the step is written on.</summary>
    public static int StepLine => 12;

    public string Lock => _folder["modelopt.lock.json"];

    public string Folder => _folder.Path;

    public void WriteManifest(
        string gates,
        string evaluation = "test.npz",
        string step = "budget: { params: 60% }",
        string method = "tucker",
        string more = "",
        string device = "cpu",
        int? samples = null
    ) =>
        File.WriteAllText(
            Manifest,
            $$"""
            version: 1
            device: {{device}}
            datasets:
              train: { path: train.npz, inputs: { image: images } }
              test: { path: {{evaluation}}, inputs: { image: images } }
            models:
              small:
                source: model.onnx
                calibrate: { dataset: train{{Few(samples)}} }
                evaluate: { dataset: test, metrics: [cosine]{{Few(samples)}} }
                compress:
                  - { method: {{method}}, {{step}} }{{(more.Length == 0 ? "" : "\n      " + more)}}
                gates:
                  - {{gates}}
            """
        );

    /// <summary>Another model: behind a narrow convolution a wide one whose channels have a rank of 4.</summary>
    public void MakeSlow()
    {
        const int Wide = 96;
        var (left, right, taps) = (GraphBuilder.Normal([Wide, 4], 0.5, 5), GraphBuilder.Normal([4, 16], 0.5, 6), GraphBuilder.Normal([4, 9], 0.3, 7));
        double Kernel(int output, int input, int tap) =>
            Enumerable.Range(0, 4).Sum(k => left[(output * 4) + k] * right[(k * 16) + (input % 16)] * taps[(k * 9) + tap]);
        double[] kernel = [.. Enumerable.Range(0, Wide * Wide * 9).Select(at => Kernel(at / (Wide * 9), at / 9 % Wide, at % 9))];
        new GraphBuilder()
            .Input("image", [-1, 4, 8, 8])
            .Conv("image", "hidden", Wide, 4, [1, 1])
            .Node("Relu", ["hidden"], ["active"])
            .Initializer("wide.w", [Wide, Wide, 3, 3], kernel)
            .Node("Conv", ["active", "wide.w"], ["y"], ("pads", new long[] { 1, 1, 1, 1 }))
            .Named("wide")
            .Node("GlobalAveragePool", ["y"], ["pooled"])
            .Node("Flatten", ["pooled"], ["features"])
            .Gemm("features", "scores", 5, Wide)
            .Output("scores", [-1, 5])
            .Build()
            .Save(_folder["model.onnx"]);
    }

    /// <summary>Another model: a matrix of rank 3 between two plain layers.</summary>
    public void MakeLowRank()
    {
        var (left, right) = (GraphBuilder.Normal([256, 3], 1, 5), GraphBuilder.Normal([3, 256], 0.1, 6));
        double Product(int row, int column) => Enumerable.Range(0, 3).Sum(k => left[(row * 3) + k] * right[(k * 256) + column]);
        double[] wide = [.. Enumerable.Range(0, 256 * 256).Select(at => Product(at / 256, at % 256))];
        new GraphBuilder()
            .Input("image", [-1, 4, 8, 8])
            .Node("Flatten", ["image"], ["flat"])
            .Initializer("wide.w", [256, 256], wide)
            .Node("MatMul", ["flat", "wide.w"], ["y"])
            .Named("wide")
            .Gemm("y", "scores", 5, 256)
            .Output("scores", [-1, 5])
            .Build()
            .Save(_folder["model.onnx"]);
    }

    /// <summary>Measures with a script for sh, whose first argument is the model's path.</summary>
    public void EvaluateBy(string script)
    {
        File.WriteAllText(_folder["eval.sh"], script);
        File.WriteAllText(
            Manifest,
            File.ReadAllText(Manifest)
                .Replace(
                    "evaluate: { dataset: test, metrics: [cosine] }",
                    "evaluate: { dataset: test, metrics: [cosine], command: [sh, eval.sh] }",
                    StringComparison.Ordinal
                )
        );
    }

    public RunResult Run(
        RecordingObserver? observer = null,
        bool cached = false,
        bool verify = false,
        bool warnings = false,
        string? model = null,
        bool writeLock = false,
        bool locked = false
    ) =>
        CompressionRunner.Run(
            new RunOptions
            {
                ManifestPath = Manifest,
                OutputDirectory = _folder["out"],
                CacheDirectory = cached ? Cache : null,
                VerifyOnly = verify || locked,
                Locked = locked,
                WriteLock = writeLock,
                GatesAreWarnings = warnings,
                Model = model,
            },
            observer ?? new RecordingObserver(),
            CancellationToken.None
        );

    public void Dispose() => _folder.Dispose();

    private static string Few(int? samples) => samples is null ? "" : $", samples: {samples}";

    public void WriteImages(string name, int count, int seed)
    {
        long[] shape = [count, 4, 8, 8];
        File.WriteAllBytes(
            _folder[name],
            ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", ArrayWriter.Npy("<f4", shape, GraphBuilder.Normal(shape, 1, seed))))
        );
    }
}
