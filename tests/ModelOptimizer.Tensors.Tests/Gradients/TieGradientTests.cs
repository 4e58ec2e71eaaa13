using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class TieGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Theory]
    [InlineData("Max")]
    [InlineData("Min")]
    public void The_first_of_equal_inputs_takes_the_whole_gradient(string op)
    {
        var builder = new GraphWriter();
        string[] inputs = [builder.Weight(1, 2), builder.Weight(1, 2), builder.Weight(1, 2)];
        var loss = builder.Node("ReduceSum", [builder.Node(op, inputs)], GraphWriter.Attribute("keepdims", 0L));

        var gradients = Gradients(builder, loss, inputs);

        gradients.ShouldBe([[1f, 1f], [0f, 0f], [0f, 0f]]);
    }

    [Theory]
    [InlineData("ReduceMax")]
    [InlineData("ReduceMin")]
    public void Equal_elements_share_the_gradient_of_their_extreme(string op)
    {
        var builder = new GraphWriter();
        var weight = builder.Weight(1, 4);
        var loss = builder.Node(op, [weight], GraphWriter.Attribute("keepdims", 0L));

        Gradients(builder, loss, weight).ShouldBe([[0.25f, 0.25f, 0.25f, 0.25f]]);
    }

    [Fact]
    public void Equal_elements_of_a_window_share_the_gradient_of_its_maximum()
    {
        var builder = new GraphWriter();
        var weight = builder.Raw<float>("w", DataType.Float, [1, 3, 2, 2, 3, 0, 2, 2], 1, 1, 2, 4);
        var pooled = builder.Node("MaxPool", [weight], GraphWriter.Attribute("kernel_shape", 2, 2), GraphWriter.Attribute("strides", 2, 2));
        var loss = builder.Node("ReduceSum", [pooled], GraphWriter.Attribute("keepdims", 0L));

        Gradients(builder, loss, weight).ShouldBe([[0, 0.5f, 0.25f, 0.25f, 0.5f, 0, 0.25f, 0.25f]]);
    }

    private float[][] Gradients(GraphWriter builder, string loss, params string[] parameters)
    {
        builder.Output(loss, DataType.Float);
        var gradients = Differentiation.Append(builder, loss, parameters, ShapeProbe.Run(fixture.Engine, builder.Model));
        string[] outputs = [.. parameters.Select((parameter, i) => builder.NodeTo($"gradient{i}", "Identity", [gradients[parameter]]))];
        foreach (var output in outputs)
        {
            builder.Output(output, DataType.Float, -1);
        }

        using var session = fixture.Engine.CreateSession(builder.Build());
        var results = session.Run(new Dictionary<string, HostTensor>(), outputs);
        return [.. outputs.Select(output => results[output].As<float>().ToArray())];
    }
}
