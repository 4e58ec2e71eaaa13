using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

/// <summary>The loss Σ a⊙x + Σ b⊙y with weights a (3×4) and b (5): what is fed as x and y is the gradient.</summary>
internal static class GivenGradients
{
    public const int Count = 17;

    public static double[] Start { get; } = Draw(new Random(1));

    public static TrainingGraph Graph(Engine engine, IOptimizer optimizer, double? clip = null)
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, 3, 4);
        graph.Input("y", DataType.Float, 5);
        graph.Initializer("a", Weight([3, 4], Start[..12]));
        graph.Initializer("b", Weight([5], Start[12..]));
        var loss = graph.Node("Add", [Dot(graph, "a", "x"), Dot(graph, "b", "y")]);
        return TrainingGraph.Build(engine, graph, loss, ["a", "b"], optimizer, 1, clip);
    }

    public static Dictionary<string, HostTensor> Feed(double[] gradient) => new()
    {
        ["x"] = Tensor([3, 4], gradient[..12]),
        ["y"] = Tensor([5], gradient[12..]),
    };

    public static float[] Flat(IReadOnlyDictionary<string, HostTensor> parameters) => [.. parameters["a"].As<float>(), .. parameters["b"].As<float>()];

    /// <summary>Numbers of float32 with a normal distribution's look.</summary>
    public static double[] Draw(Random random) =>
        [.. Enumerable.Range(0, Count).Select(_ => (double)(float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];

    private static TensorProto Weight(long[] shape, double[] values) => WeightValues.Create("", (int)DataType.Float, shape, values);

    private static HostTensor Tensor(long[] shape, double[] values) =>
        HostTensor.From<float>(DataType.Float, shape, Array.ConvertAll(values, value => (float)value));

    private static string Dot(GraphWriter graph, string weight, string input) =>
        graph.Node("ReduceSum", [graph.Node("Mul", [weight, input])], GraphWriter.Attribute("keepdims", 0L));
}
