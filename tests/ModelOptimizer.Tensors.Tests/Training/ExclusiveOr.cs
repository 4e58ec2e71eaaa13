using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.Tests.Statistics;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

/// <summary>Points of a square, of one class where both coordinates have the same sign, and a network of one hidden layer.</summary>
internal sealed class ExclusiveOr
{
    private const int Points = 200;
    private const int Hidden = 16;

    private readonly Engine engine;
    private readonly SampleStore samples;
    private readonly TrainingGraph graph;

    public ExclusiveOr(Engine engine)
    {
        this.engine = engine;
        var random = new Random(11);
        double[] points = [.. Enumerable.Range(0, 2 * Points).Select(_ => (random.Next(2) == 0 ? -1 : 1) * (0.1 + (0.9 * random.NextDouble())))];
        long[] labels = [.. points.Chunk(2).Select(point => point[0] * point[1] > 0 ? 1L : 0L)];
        samples = SampleStore.Read(new Batches(points, [Points, 2], 64));
        samples.Add("label", HostTensor.From<long>(DataType.Int64, [Points], labels));

        var builder = new GraphBuilder();
        builder.Input("x", DataType.Float, -1, 2);
        builder.Input("label", DataType.Int64, -1);
        var hidden = builder.Node("Relu", [Dense(builder, "x", "w1", "b1", 2, Hidden, random)]);
        var logits = Dense(builder, hidden, "w2", "b2", Hidden, 2, random);
        var loss = Losses.CrossEntropy(builder, logits, Losses.OneHot(builder, "label", 2));
        graph = TrainingGraph.Build(engine, builder, loss, ["w1", "b1", "w2", "b2"], new AdamW(), batch: 32);
    }

    public TrainingResult Train(TrainingPlan plan, IProgress<TrainingProgress>? progress = null, Action<byte[]>? checkpoint = null, byte[]? resume = null, CancellationToken cancellation = default)
    {
        using var trainer = new Trainer(engine, graph);
        return TrainingLoop.Run(trainer, samples, plan, progress, checkpoint, resume, cancellation);
    }

    private static string Dense(GraphBuilder graph, string input, string weight, string bias, int from, int to, Random random)
    {
        graph.Initializer(weight, WeightValues.Create("", (int)DataType.Float, [from, to], [.. Enumerable.Range(0, from * to).Select(_ => (random.NextDouble() - 0.5) * 2)]));
        graph.Initializer(bias, WeightValues.Create("", (int)DataType.Float, [to], new double[to]));
        return graph.Node("Add", [graph.Node("MatMul", [input, weight]), bias]);
    }
}
