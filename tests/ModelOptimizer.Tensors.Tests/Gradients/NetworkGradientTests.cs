using ModelOptimizer.Onnx.Writing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class NetworkGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Gradients_of_a_tensor_that_is_used_several_times_are_summed()
    {
        var builder = new GraphWriter();
        var weight = builder.Drawn("weight", new Random(1), 2, 3);
        var square = builder.Node("Mul", [weight, weight]);
        var bounded = builder.Node("Tanh", [weight]);
        var product = builder.Node("Mul", [square, bounded]);
        var all = builder.Node("Sum", [product, square, weight]);

        GraphCheck.Run(fixture.Engine, builder, Total(builder, all), "weight");
    }

    [Fact]
    public void Gradients_of_layers_with_a_residual_agree_with_differences()
    {
        var random = new Random(2);
        var builder = new GraphWriter();
        var samples = builder.Drawn("samples", random, 4, 3);
        var targets = builder.Drawn("targets", random, 4, 5);
        var hidden = builder.Node("Tanh", [Linear(builder, samples, "first", random, 3, 3)]);
        var residual = builder.Node("Add", [Linear(builder, hidden, "second", random, 3, 3), hidden]);
        var activated = builder.Node("LeakyRelu", [residual], GraphWriter.Attribute("alpha", 0.1f));
        var logits = Linear(builder, activated, "third", random, 3, 5);
        var likelihood = builder.Node("Mul", [builder.Node("LogSoftmax", [logits]), targets]);
        var loss = builder.Node("Neg", [Total(builder, likelihood)]);

        GraphCheck.Run(fixture.Engine, builder, loss, "first.weight", "first.bias", "second.weight", "second.bias", "third.weight", "third.bias");
    }

    [Fact]
    public void A_cast_to_integers_lets_no_gradient_through()
    {
        var builder = new GraphWriter();
        var weight = builder.Drawn("weight", new Random(3), 2, 3);
        var rounded = builder.Node("Cast", [weight], GraphWriter.Attribute("to", (long)DataType.Int64));
        var doubled = builder.Node("Add", [rounded, rounded]);
        var steps = builder.Node("Cast", [doubled], GraphWriter.Attribute("to", (long)DataType.Float));
        var loss = Total(builder, builder.Node("Add", [steps, weight]));

        GraphCheck.Run(fixture.Engine, builder, loss, "weight");
    }

    // x W + b, written out.
    private static string Linear(GraphWriter builder, string input, string name, Random random, long from, long to)
    {
        var weight = builder.Drawn($"{name}.weight", random, from, to);
        var bias = builder.Drawn($"{name}.bias", random, to);
        var column = builder.Node("Unsqueeze", [input, builder.Constant(-1)]);
        var products = builder.Node("Mul", [column, weight]);
        var sums = builder.Node("ReduceSum", [products, builder.Constant(1)], GraphWriter.Attribute("keepdims", 0L));
        return builder.Node("Add", [sums, bias]);
    }

    private static string Total(GraphWriter builder, string tensor) => builder.Node("ReduceSum", [tensor], GraphWriter.Attribute("keepdims", 0L));
}
