using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Tests.Statistics;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

/// <summary>Points of a square, of one class where both coordinates have the same sign, and a network of one hidden layer.</summary>
internal sealed class ExclusiveOr
{
    private const int Points = 200;
    private const int Hidden = 16;

    private readonly Engine _engine;
    private readonly SampleStore _samples;
    private readonly TrainingGraph _graph;

    /// <param name="engine">Where it trains.</param>
    /// <param name="more">Hidden layers beyond the first.</param>
    public ExclusiveOr(Engine engine, int more = 0)
    {
        _engine = engine;
        var random = new Random(11);
        double[] points = [.. Enumerable.Range(0, 2 * Points).Select(_ => (random.Next(2) == 0 ? -1 : 1) * (0.1 + (0.9 * random.NextDouble())))];
        long[] labels = [.. points.Chunk(2).Select(point => point[0] * point[1] > 0 ? 1L : 0L)];
        _samples = SampleStore.Read(new Batches(points, [Points, 2], 64));
        _samples.Add("label", HostTensor.From<long>(DataType.Int64, [Points], labels));

        var builder = new GraphWriter();
        builder.Input("x", DataType.Float, -1, 2);
        builder.Input("label", DataType.Int64, -1);
        var hidden = builder.Node("Relu", [Dense(builder, "x", "w1", "b1", 2, Hidden, random)]);
        List<string> weights = ["w1", "b1", "w2", "b2"];
        for (var layer = 0; layer < more; layer++)
        {
            string[] added = [$"w1.{layer}", $"b1.{layer}"];
            weights.AddRange(added);
            hidden = builder.Node("Relu", [Dense(builder, hidden, added[0], added[1], Hidden, Hidden, random)]);
        }

        var logits = Dense(builder, hidden, "w2", "b2", Hidden, 2, random);
        var loss = Losses.CrossEntropy(builder, logits, Losses.OneHot(builder, "label", 2));
        _graph = TrainingGraph.Build(engine, builder, loss, weights, new AdamW(), batch: 32);
    }

    public TrainingResult Train(
        TrainingPlan plan,
        IProgress<TrainingProgress>? progress = null,
        Action<byte[]>? checkpoint = null,
        byte[]? resume = null,
        CancellationToken cancellation = default
    )
    {
        using var trainer = new Trainer(_engine, _graph);
        return TrainingLoop.Run(trainer, _samples, plan, progress, checkpoint, resume, cancellation: cancellation);
    }

    private static string Dense(GraphWriter graph, string input, string weight, string bias, int from, int to, Random random)
    {
        graph.Initializer(
            weight,
            WeightValues.Create("", (int)DataType.Float, [from, to], [.. Enumerable.Range(0, from * to).Select(_ => (random.NextDouble() - 0.5) * 2)])
        );
        graph.Initializer(bias, WeightValues.Create("", (int)DataType.Float, [to], new double[to]));
        return graph.Node("Add", [graph.Node("MatMul", [input, weight]), bias]);
    }
}
