using System.Runtime.InteropServices;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class BlockedConvolutionTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Batch = 3;
    private static readonly string[] Weights = ["first", "bias", "second", "third", "fourth"];

    [Fact]
    public void A_step_in_blocks_of_channels_is_the_step_of_the_plain_gradient()
    {
        var plain = Network();
        var loss = Loss(plain);
        var gradients = Differentiation.Append(plain, loss, Weights, ShapeProbe.Run(fixture.Engine, plain.Model));
        plain.Output(loss, DataType.Float);
        foreach (var weight in Weights)
        {
            plain.NodeTo($"by {weight}", "Identity", [gradients[weight]]);
            plain.Output($"by {weight}", DataType.Float);
            plain.Model.Graph.Output[^1].Type.TensorType.Shape = null;
        }

        var graph = Network();
        var step = TrainingGraph.Build(fixture.Engine, graph, Loss(graph), Weights, new Sgd(Momentum: 0), Batch);
        var batch = new Dictionary<string, HostTensor> { ["x"] = Image() };
        using var session = fixture.Engine.CreateSession(plain.Build());
        var expected = session.Run(batch, [loss, .. Weights.Select(weight => $"by {weight}")]);
        using var trainer = new Trainer(fixture.Engine, step);
        var before = trainer.Parameters();

        trainer.Step(batch, learningRate: 1).ShouldBe(expected[loss].As<float>()[0], 1e-5);

        // From 3, 16 and 5 channels, and back to 16; those of a single tap, and back to 5, stay as they are.
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            step.Model.Graph.Node.Count(node => node.Domain.Length > 0 && node.OpType == "Conv").ShouldBe(4);
        }

        foreach (var (weight, after) in trainer.Parameters())
        {
            var moved = before[weight].As<float>().ToArray().Zip(after.As<float>().ToArray(), (from, to) => from - to).ToArray();
            var gradient = expected[$"by {weight}"].As<float>().ToArray();
            moved.Zip(gradient, (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(1e-5f * (1 + gradient.Max(Math.Abs)), weight);
        }
    }

    // Three channels to 16 in steps of two, 16 to 32, one tap to 5, which fill no block, and those to 16.
    private static GraphWriter Network()
    {
        var random = new Random(4);
        var graph = new GraphWriter();
        var x = graph.Input("x", DataType.Float, Batch, 3, 9, 8);
        string Weight(string name, params long[] shape) =>
            graph.Initializer(name, WeightValues.Create("", (int)DataType.Float, shape, Draw(random, shape.Aggregate(1L, (product, extent) => product * extent))));
        string Convolution(string input, params string[] weights) =>
            graph.Node("Conv", [input, .. weights], GraphWriter.Attribute("kernel_shape", 3, 3), GraphWriter.Attribute("pads", 1, 1, 1, 1));
        x = graph.Node(
            "Conv",
            [x, Weight("first", 16, 3, 3, 3), Weight("bias", 16)],
            GraphWriter.Attribute("kernel_shape", 3, 3),
            GraphWriter.Attribute("strides", 2, 1),
            GraphWriter.Attribute("pads", 1, 1, 1, 1));
        x = graph.Node("Relu", [x]);
        x = Convolution(x, Weight("second", 32, 16, 3, 3));
        x = graph.Node("Conv", [graph.Node("Tanh", [x]), Weight("third", 5, 32, 1, 1)], GraphWriter.Attribute("kernel_shape", 1, 1));
        graph.NodeTo("y", "Identity", [Convolution(x, Weight("fourth", 16, 5, 3, 3))]);
        return graph;
    }

    private static string Loss(GraphWriter graph) =>
        graph.Node("ReduceMean", [graph.Node("Mul", ["y", "y"])], GraphWriter.Attribute("keepdims", 0L));

    private static HostTensor Image() =>
        HostTensor.From<float>(DataType.Float, [Batch, 3, 9, 8], Array.ConvertAll(Draw(new Random(5), Batch * 3 * 9 * 8), value => (float)value));

    private static double[] Draw(Random random, long count) => [.. Enumerable.Range(0, (int)count).Select(_ => random.NextDouble() - 0.5)];
}
