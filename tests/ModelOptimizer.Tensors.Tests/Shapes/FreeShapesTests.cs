using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Shapes;

public sealed class FreeShapesTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Int64 = (int)TensorProto.Types.DataType.Int64;

    [Fact]
    public void An_image_is_a_square_of_the_channels_that_its_convolution_has()
    {
        var first = new GraphBuilder().Input("x", [-1, -1, -1, -1]).Conv("x", "c", 4, 3, [3, 3]).Output("c").Build();
        var last = new GraphBuilder().Input("x", [-1, -1, -1, 3]).Node("Relu", ["x"], ["y"]).Output("y").Build();

        Found(first)["x"].ShouldBe([1, 3, 224, 224]);
        Found(last)["x"].ShouldBe([1, 224, 224, 3]);
    }

    [Fact]
    public void Sizes_that_the_graph_refuses_are_not_taken()
    {
        // Only 160 pixels leave five rows of 32, which the weights want.
        var model = new GraphBuilder()
            .Input("x", [-1, 3, -1, -1])
            .Node("AveragePool", ["x"], ["p"], ("kernel_shape", new long[] { 32, 32 }), ("strides", new long[] { 32, 32 }))
            .Node("Flatten", ["p"], ["f"])
            .Gemm("f", "y", 4, 75)
            .Output("y")
            .Build();

        Found(model)["x"].ShouldBe([1, 3, 160, 160]);
    }

    [Fact]
    public void Features_are_as_many_as_the_first_weights_have_and_sound_takes_a_second()
    {
        var features = new GraphBuilder().Input("x", [-1, -1]).Gemm("x", "y", 4, 37).Output("y").Build();
        var sound = new GraphBuilder().Input("x", [-1, -1]).Node("Abs", ["x"], ["y"]).Output("y").Build();

        // One feature would fit the means of all.
        var normalised = new GraphBuilder().Input("x", [-1, -1]).Random("mean", [13]).Node("Sub", ["x", "mean"], ["c"]).MatMul("c", "y", 4, 13).Output("y").Build();

        Found(normalised)["x"].ShouldBe([1, 13]);
        Found(features)["x"].ShouldBe([1, 37]);
        Found(sound)["x"].ShouldBe([1, 16_000]);
    }

    [Fact]
    public void One_name_is_one_extent_and_that_of_the_first_dimension_is_one_sample()
    {
        // Second dimensions are 'd1' in both, third ones 'd0' is the batch.
        var builder = new GraphBuilder().Input("ids", [-1, -1], Int64).Input("mask", [-1, -1], Int64).Input("state", [2, -1, 8]);
        builder.Proto.Graph.Input[2].Type.TensorType.Shape.Dim[1].DimParam = "d0";
        var model = builder.Node("Mul", ["ids", "mask"], ["m"]).Node("Identity", ["state"], ["s"]).Output("m", null, Int64).Output("s").Build();

        var found = Found(model);

        found["ids"].ShouldBe([1, 128]);
        found["mask"].ShouldBe([1, 128]);
        found.ShouldNotContainKey("state");
    }

    [Fact]
    public void Where_nothing_fits_there_is_no_form()
    {
        var model = new GraphBuilder().Input("x", [-1, -1]).MatMul("x", "a", 4, 8).MatMul("x", "b", 4, 9).Output("a").Output("b").Build();

        new FreeShapes(model).Find(form => ShapeProbe.Run(fixture.Engine, model.With(form)).Count > 0).ShouldBeNull();
    }

    [Fact]
    public void Fixed_shapes_leave_nothing_to_find()
    {
        var model = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "y", 4, 12).Output("y").Build();

        new FreeShapes(model).AreThere.ShouldBeFalse();
    }

    private IReadOnlyDictionary<string, long[]> Found(OnnxModel model) =>
        new FreeShapes(model).Find(form => ShapeProbe.Run(fixture.Engine, model.With(form)).Count > 0).ShouldNotBeNull().Shapes;
}
