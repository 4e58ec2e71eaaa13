using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class FormRuleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Theory]
    [InlineData("Softmax", 7, null)]
    [InlineData("Softmax", 9, 0)]
    [InlineData("Softmax", 11, -2)]
    [InlineData("Softmax", 12, 2)]
    [InlineData("LogSoftmax", 9, null)]
    [InlineData("LogSoftmax", 11, -3)]
    [InlineData("Hardmax", 9, null)]
    [InlineData("Hardmax", 12, 0)]
    public void What_is_over_several_axes_is_over_the_rows_of_a_matrix(string op, int opset, int? axis) =>
        Engine.ShouldGiveTheSame(Over(op, opset, [-1, 3, 4, 2], axis)).Operators().ShouldBe(["Flatten", op, "Shape", "Reshape"]);

    [Theory]
    [InlineData("Softmax", 2, null)]
    [InlineData("Softmax", 4, 3)]
    [InlineData("Softmax", 4, -1)]
    [InlineData("LogSoftmax", 2, 1)]
    [InlineData("Hardmax", 3, 2)]
    public void What_is_over_the_last_axis_stays(string op, int rank, int? axis)
    {
        var model = Over(op, 11, [.. Enumerable.Range(2, rank).Select(extent => (long)extent)], axis);

        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }

    [Fact]
    public void Without_a_known_rank_it_is_a_matrix()
    {
        var model = Over("Softmax", 11, [2, 3], axis: 1);
        model.Graph.Input[0].Type.TensorType.Shape = null;

        OpsetRaiser.Raise(model, new Dictionary<string, long[]>()).Operators().ShouldBe(["Flatten", "Softmax", "Shape", "Reshape"]);
        OpsetRaiser.Raise(model, new Dictionary<string, long[]> { ["x"] = [1, 3] }).Operators().ShouldBe(["Softmax"]);
    }

    [Theory]
    [InlineData("nearest", 2.0)]
    [InlineData("nearest", 1.5)]
    [InlineData("nearest", 2.3)]
    [InlineData("linear", 2.0)]
    [InlineData("linear", 1.7)]
    public void Upsample_is_a_Resize_from_the_corner(string mode, double scale)
    {
        float[] scales = [1, 1, (float)scale, (float)scale];
        var attribute = new GraphBuilder(7, 3).Input("x", [1, 2, 5, 6]).Node("Upsample", ["x"], ["y"], ("mode", mode), ("scales", scales)).Output("y").Build();
        var input = new GraphBuilder(9, 3).Input("x", [1, 2, 5, 6]).Initializer("s", [4], [1, 1, scale, scale])
            .Node("Upsample", ["x", "s"], ["y"], ("mode", mode)).Output("y").Build();

        Engine.ShouldGiveTheSame(attribute).Operators().ShouldBe(["Resize"]);
        Engine.ShouldGiveTheSame(input).Only("Resize").Input.ShouldBe(["x", "", "s"]);
    }

    [Fact]
    public void The_first_Upsample_had_a_height_and_a_width()
    {
        var model = new GraphBuilder(1, 3).Input("x", [1, 1, 1, 2])
            .Node("Upsample", ["x"], ["y"], ("height_scale", 2.0), ("width_scale", 2.0), ("mode", "bilinear")).Output("y").Build();

        Engine.ShouldGive(model, [1, 2], [1, 1.5, 2, 2, 1, 1.5, 2, 2]).Only("Resize").Text("mode", "").ShouldBe("linear");
    }

    [Theory]
    [InlineData("nearest", 2.0, 3.0, "floor")]
    [InlineData("nearest", 1.6, 1.0, "floor")]
    [InlineData("nearest", 0.6, 0.5, "ceil")]
    [InlineData("nearest", 0.7, 1.0, "ceil")]
    [InlineData("linear", 0.6, 2.5, "")]
    public void The_first_Resize_was_from_the_corner(string mode, double height, double width, string neighbour)
    {
        var model = new GraphBuilder(10, 4).Input("x", [1, 2, 7, 8]).Initializer("s", [4], [1, 1, height, width])
            .Node("Resize", ["x", "s"], ["y"], ("mode", mode)).Output("y").Build();

        Engine.ShouldGiveTheSame(model).Only("Resize").Text("nearest_mode", "").ShouldBe(neighbour);
    }

    [Fact]
    public void The_first_Resize_is_refused_where_its_neighbours_cannot_be_told()
    {
        string Refusal(GraphBuilder graph) => Should.Throw<DiagnosticException>(() => Engine.ShouldBeRaised(graph.Input("x", [1, 1, 4, 4])
            .Node("Resize", ["x", "s"], ["y"]).Output("y").Build())).Message;

        Refusal(new GraphBuilder(10, 4).Initializer("s", [4], [1, 1, 2, 0.5]))
            .ShouldContain("Resize 'y_node' (it makes one side larger and another one smaller)");
        Refusal(new GraphBuilder(10, 4).Input("s", [4])).ShouldContain("Resize 'y_node' (its scales are not constant)");
    }

    [Theory]
    [InlineData("half_pixel", "nearest")]
    [InlineData("asymmetric", "linear")]
    [InlineData("align_corners", "cubic")]
    [InlineData("pytorch_half_pixel", "linear")]
    public void Resize_of_opset_11_has_sizes_or_scales_and_not_both(string coordinates, string mode)
    {
        GraphBuilder Graph() => new GraphBuilder(11, 6).Input("x", [1, 1, 4, 6]).Initializer("roi", [0], []);
        (string, object)[] attributes = [("coordinate_transformation_mode", coordinates), ("mode", mode)];
        var sizes = Graph().Initializer("none", [0], []).Integers("sizes", [4], 1, 1, 6, 9).Node("Resize", ["x", "roi", "none", "sizes"], ["y"], attributes);
        var scales = Graph().Initializer("s", [4], [1, 1, 2, 1.5]).Node("Resize", ["x", "roi", "s"], ["y"], attributes).Output("y").Build();

        var raised = Engine.ShouldGiveTheSame(sizes.Output("y").Build());

        raised.Only("Resize").Input.ShouldBe(["x", "roi", "", "sizes"]);
        raised.Graph.Initializer.ShouldNotContain(tensor => tensor.Name == "none");
        Engine.ShouldGiveTheSame(scales).Graph.ShouldBe(scales.Graph);
    }

    [Fact]
    public void A_way_to_place_numbers_that_is_gone_is_refused()
    {
        var model = new GraphBuilder(11, 6).Input("x", [1, 1, 4, 6]).Initializer("roi", [0], []).Initializer("s", [4], [1, 1, 2, 2])
            .Node("Resize", ["x", "roi", "s"], ["y"], ("coordinate_transformation_mode", "tf_half_pixel_for_nn")).Output("y").Build();

        Should.Throw<DiagnosticException>(() => Engine.ShouldBeRaised(model)).Message
            .ShouldContain("Resize 'y_node' (there is no tf_half_pixel_for_nn any more)");
    }

    private static OnnxModel Over(string op, int opset, long[] shape, int? axis) => new GraphBuilder(opset, 4).Input("x", shape)
        .Node(op, ["x"], ["y"], axis is { } along ? [("axis", along)] : []).Output("y").Build();
}
