using System.IO.Compression;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Initialization;

/// <summary>
/// A folder with a classifier of low rank, which loses nothing by compression, and images of bytes with the classes that it finds in them when they are scaled
/// by 1/255.
/// </summary>
internal sealed class FirstProject : IDisposable
{
    public const int Samples = 1200;

    private readonly TempFolder _folder = new();

    public FirstProject()
    {
        var model = new GraphBuilder()
            .Input("image", [-1, 1, 8, 8])
            .Node("Flatten", ["image"], ["flat"])
            .Initializer("w1", [64, 64], LowRank(64, 64, 1))
            .Node("MatMul", ["flat", "w1"], ["dense1"])
            .Random("b1", [64])
            .Node("Add", ["dense1", "b1"], ["biased"])
            .Node("Relu", ["biased"], ["active"])
            .Initializer("w2", [64, 64], LowRank(64, 64, 2))
            .Node("MatMul", ["active", "w2"], ["dense2"])
            .MatMul("dense2", "scores", 10, 64)
            .Output("scores", [-1, 10])
            .Build();
        model.Save(_folder["tiny-net.onnx"]);
        Images = [.. GraphBuilder.Normal([Samples * 64], 60, 3).Select(value => Math.Clamp(Math.Round(128 + value), 0, 255))];
        Classes = ClassesOf(model);
    }

    public double[] Images { get; }

    public double[] Classes { get; }

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public string Manifest => File.ReadAllText(_folder["modelopt.yaml"]);

    public InitResult Init(string? data = null, string? labels = null, bool force = false, string model = "tiny-net.onnx", string? device = null) =>
        Initializer.Run(
            new InitRequest
            {
                Directory = Path,
                Model = _folder[model],
                Data = data is null ? null : _folder[data],
                Labels = labels,
                Device = device,
                Force = force,
            },
            CancellationToken.None
        );

    public RunResult Compress() =>
        CompressionRunner.Run(new RunOptions { ManifestPath = _folder["modelopt.yaml"] }, new RecordingObserver(), CancellationToken.None);

    public FirstProject Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder[name], bytes);
        return this;
    }

    /// <summary>The images and classes as an archive.</summary>
    public FirstProject WriteArchive(string name, string labels = "labels", params long[] shape) => Write(name, ArrayWriter.Npz(
        CompressionLevel.Fastest,
        ("images", ArrayWriter.Npy("|u1", shape.Length > 0 ? shape : [Samples, 8, 8], Images)),
        (labels, ArrayWriter.Npy("<i8", [Samples], Classes))));

    public void Dispose() => _folder.Dispose();

    private double[] ClassesOf(OnnxModel model)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var session = engine.CreateSession(model);
        float[] scaled = [.. Images.Select(value => (float)(value / 255))];
        var scores = session
            .Run(new Dictionary<string, HostTensor> { ["image"] = HostTensor.From<float>(TensorProto.Types.DataType.Float, [Samples, 1, 8, 8], scaled) })[
                "scores"
            ]
            .As<float>()
            .ToArray();
        return [.. scores.Chunk(10).Select(row => (double)Array.IndexOf(row, row.Max()))];
    }

    private static double[] LowRank(int rows, int columns, int seed)
    {
        const int Rank = 4;
        var (left, right) = (GraphBuilder.Normal([rows * Rank], 0.4, 10 + seed), GraphBuilder.Normal([columns * Rank], 0.4, 20 + seed));
        return
        [
            .. Enumerable
                .Range(0, rows * columns)
                .Select(i => Enumerable.Range(0, Rank).Sum(k => left[(i / columns * Rank) + k] * right[(i % columns * Rank) + k])),
        ];
    }
}
