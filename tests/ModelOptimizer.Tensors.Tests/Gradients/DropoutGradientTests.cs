using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class DropoutGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Theory]
    [InlineData(0.25f)]
    [InlineData(null)]
    public void In_training_mode_what_was_dropped_gets_nothing_and_what_was_kept_is_scaled(float? ratio)
    {
        var builder = new GraphWriter();
        var weight = builder.Weight(1, 8, 8);
        var mode = builder.Initializer("training", new TensorProto { DataType = (int)DataType.Bool, Int32Data = { 1 } });
        var kept = builder.Node("Dropout", [weight, ratio is { } given ? builder.Scalar(given) : "", mode]);
        builder.Output(kept, DataType.Float, 8, 8);
        var loss = builder.Node("ReduceSum", [kept], GraphWriter.Attribute("keepdims", 0L));

        var gradient = Differentiation.Append(builder, loss, [weight], ShapeProbe.Run(fixture.Engine, builder.Model))[weight];
        builder.Output(gradient, DataType.Float, 8, 8);

        using var session = fixture.Engine.CreateSession(builder.Build());
        var results = session.Run(new Dictionary<string, HostTensor>(), [kept, gradient]);
        var values = results[kept].As<float>().ToArray();
        values.Distinct().Count().ShouldBe(2, "some are dropped and some are kept");
        results[gradient].As<float>().ToArray().ShouldBe(values, tolerance: 1e-6);
    }
}
