using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Layers;

public sealed class ConvLayerTests
{
    [Fact]
    public void A_plain_convolution_has_the_defaults_of_the_operator()
    {
        var model = new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 2]).Output("c").Build();

        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();

        layer.Node.ShouldBeSameAs(model.Graph.Node[0]);
        (layer.Name, layer.Kind, layer.Input, layer.Output, layer.Weight, layer.Bias).ShouldBe(("c", LayerKind.Conv, "x", "c", "c.w", "c.b"));
        (layer.OutputChannels, layer.InputChannels, layer.WeightCount).ShouldBe((5, 3, 90));
        layer.WeightShape.ShouldBe([5, 3, 3, 2]);
        layer.Obstacle.ShouldBeNull();
        layer.Window.ShouldNotBeNull();
        layer.Window.Kernel.ShouldBe([3, 2]);
        layer.Window.Strides.ShouldBe([1, 1]);
        layer.Window.Pads.ShouldBe([0, 0, 0, 0]);
        layer.Window.Dilations.ShouldBe([1, 1]);
        (layer.Window.Group, layer.Window.AutoPad).ShouldBe((1, "NOTSET"));
    }

    [Fact]
    public void Groups_strides_dilations_and_asymmetric_pads_are_read()
    {
        var layer = Only(
            new GraphBuilder()
                .Input("x", [1, 6, 20])
                .Conv(
                    "x",
                    "c",
                    4,
                    6,
                    [5],
                    bias: false,
                    group: 2,
                    attributes: [("strides", new[] { 2 }), ("dilations", new[] { 3 }), ("pads", new[] { 1, 4 }), ("kernel_shape", new[] { 5 })]
                )
        );

        (layer.OutputChannels, layer.InputChannels, layer.Bias, layer.Obstacle).ShouldBe((4, 6, null, null));
        layer.Window!.Strides.ShouldBe([2]);
        layer.Window.Dilations.ShouldBe([3]);
        layer.Window.Pads.ShouldBe([1, 4]);
        layer.Window.Group.ShouldBe(2);
    }

    [Fact]
    public void A_depthwise_convolution_is_a_layer_with_as_many_groups_as_channels()
    {
        var layer = Only(new GraphBuilder().Input("x", [1, 6, 8, 8]).Conv("x", "c", 6, 6, [3, 3], group: 6));

        (layer.Window!.Group, layer.InputChannels, layer.Obstacle).ShouldBe((6, 6, null));
    }

    [Theory]
    [InlineData("VALID", "NOTSET")]
    [InlineData("NOTSET", "NOTSET")]
    [InlineData("SAME_UPPER", "SAME_UPPER")]
    [InlineData("SAME_LOWER", "SAME_LOWER")]
    public void Auto_pad_is_kept_only_where_it_needs_a_shape(string given, string expected)
    {
        var layer = Only(new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3], attributes: ("auto_pad", given)));

        layer.Window!.AutoPad.ShouldBe(expected);
        layer.Window.Pads.ShouldBe([0, 0, 0, 0]);
    }

    [Theory]
    [InlineData("SAME_UPPER", new[] { 0, 1, 1, 1 })]
    [InlineData("SAME_LOWER", new[] { 1, 1, 0, 1 })]
    public void Auto_pad_is_resolved_by_the_size_of_the_input(string given, int[] pads)
    {
        var layer = Only(
            new GraphBuilder().Input("x", [1, 3, 8, 7]).Conv("x", "c", 5, 3, [3, 3], attributes: [("auto_pad", given), ("strides", new[] { 2, 2 })])
        );

        layer.Window!.Resolve([8, 7]).Pads.ShouldBe(pads);
    }

    [Fact]
    public void A_three_dimensional_kernel_is_listed_with_the_reason() =>
        Only(new GraphBuilder().Input("x", [1, 2, 4, 4, 4]).Conv("x", "c", 5, 2, [3, 3, 3]))
            .Obstacle.ShouldBe("its kernel has 3 spatial dimensions; 1 and 2 are supported");

    [Fact]
    public void A_kernel_shape_that_contradicts_the_weight_is_an_obstacle() =>
        Only(new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3], attributes: ("kernel_shape", new[] { 3, 5 })))
            .Obstacle.ShouldBe("its kernel_shape [3, 5] is not that of its weight [3, 3]");

    [Theory]
    [InlineData("strides", new[] { 0, 1 })]
    [InlineData("strides", new[] { 1 })]
    [InlineData("dilations", new[] { 1, -1 })]
    [InlineData("pads", new[] { 1, 1 })]
    [InlineData("pads", new[] { -1, 0, 0, 0 })]
    public void Impossible_attributes_are_an_obstacle(string name, int[] value) =>
        Only(new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3], attributes: (name, value)))
            .Obstacle.ShouldBe("its attributes do not describe a possible window");

    [Fact]
    public void A_group_that_does_not_divide_the_outputs_is_an_obstacle() =>
        Only(new GraphBuilder().Input("x", [1, 6, 8, 8]).Conv("x", "c", 5, 6, [3, 3], group: 2))
            .Obstacle.ShouldBe("its attributes do not describe a possible window");

    [Fact]
    public void The_normalization_that_alone_reads_the_output_is_noted()
    {
        var model = new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3]).BatchNormalization("c", "n", 5).Output("n").Build();

        LayerFinder.Find(model)[0].BatchNormalization.ShouldBeSameAs(model.Graph.Node[1]);
    }

    [Fact]
    public void A_normalization_is_not_noted_when_somebody_else_reads_the_output_too()
    {
        var builder = new GraphBuilder().Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3]).BatchNormalization("c", "n", 5).Output("n");

        LayerFinder.Find(builder.Output("c").Build())[0].BatchNormalization.ShouldBeNull();
    }

    [Fact]
    public void A_normalization_in_training_mode_is_not_noted()
    {
        var builder = new GraphBuilder(opset: 15).Input("x", [1, 3, 8, 8]).Conv("x", "c", 5, 3, [3, 3]).BatchNormalization("c", "n", 5).Output("n");
        builder.Proto.Graph.Node[1].Attribute.Add(GraphBuilder.Attribute("training_mode", 1));

        LayerFinder.Find(builder.Build())[0].BatchNormalization.ShouldBeNull();
    }

    private static WeightLayer Only(GraphBuilder builder) => LayerFinder.Find(builder.Output("c").Build()).ShouldHaveSingleItem();
}
