using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Evaluation;

/// <summary>Real models on ONNX Runtime, whose outputs are computed here as well.</summary>
public sealed class EvaluatorOnModelsTests : IDisposable
{
    private static readonly double[] OriginalWeight = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    private static readonly double[] CompressedWeight = [1, 0, 0, 0, 1, 0, 0, 3, 1];
    private readonly Engine _engine = new(DeviceSelector.Select("cpu"));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Both_Models_See_The_Same_Samples()
    {
        var first = Batch([2, 1, 0, 0, 1, 2], [0, 2]);
        var second = Batch([0, 5, 4], [1]);

        var (original, compressed) = (Session(OriginalWeight), Session(CompressedWeight));
        var result = Evaluator.Evaluate(
            batch => original.Run(batch.Inputs)["y"],
            batch => compressed.Run(batch.Inputs)["y"],
            new ListSource(first, second),
            MetricCatalogue.All,
            "y"
        );

        // The compressed model adds 3 × the third value to the second: (2 1 0), (0 7 2), (0 17 4).
        result.Find("top1")!.Original.ShouldBe([1, 1, 1]);
        result.Find("top1")!.Compressed.ShouldBe([1, 0, 1]);
        result.Find("agreement")!.Compressed.ShouldBe([1, 0, 1]);
        result.Find("mse")!.Compressed.ShouldBe([0, 12, 48], 1e-6);
        result.Find("cosine")!.Compressed.ShouldBe([1, 11 / Math.Sqrt(5 * 53), 101 / Math.Sqrt(41 * 305)], 1e-6);
        result.Find("top5")!.Problem.ShouldBe("output 'y' has 3 values per sample and top5 needs at least 6; choose another with 'evaluate: { output: NAME }'");
    }

    [Fact]
    public void Latency_Of_Real_Sessions_Is_Measured()
    {
        var probe = new SessionLatencyProbe(Session(OriginalWeight), Session(CompressedWeight), Batch([1, 2, 3], [0]).Inputs);

        var result = LatencyMeter.Measure(probe, TimeSpan.FromMilliseconds(20));

        result.Pairs.ShouldBeGreaterThanOrEqualTo(5);
        result.Ratio.ShouldBeInRange(result.Lower, result.Upper);
        result.OriginalSeconds.ShouldBeGreaterThan(0);
        result.CompressedSeconds.ShouldBeGreaterThan(0);
    }

    private static Batch Batch(float[] values, long[] labels) => new(
        new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(TensorProto.Types.DataType.Float, [labels.Length, 3], values) },
        labels.Length,
        labels);

    private ModelSession Session(double[] weight) => _engine.CreateSession(new GraphBuilder()
        .Input("x", [-1, 3])
        .Initializer("w", [3, 3], weight)
        .Node("MatMul", ["x", "w"], ["y"])
        .Output("y", [-1, 3])
        .Build());
}
