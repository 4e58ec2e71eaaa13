using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Layers;

public sealed class MatrixLayerTests
{
    [Fact]
    public void Gemm_is_read_with_its_transposes_and_factors()
    {
        var builder = new GraphBuilder().Input("x", [4, 2]).Gemm("x", "y", 3, 4, transB: true, attributes: [("transA", 1), ("alpha", 0.5f), ("beta", 2f)]);

        var layer = Only(builder);

        layer.WeightShape.ShouldBe([3, 4]);
        (layer.Kind, layer.OutputChannels, layer.InputChannels, layer.Bias).ShouldBe((LayerKind.Gemm, 3, 4, "y.b"));
        (layer.TransA, layer.TransB, layer.Alpha, layer.Beta, layer.Obstacle).ShouldBe((true, true, 0.5f, 2f, null));
    }

    [Fact]
    public void Gemm_without_attributes_has_the_defaults()
    {
        var layer = Only(new GraphBuilder().Input("x", [2, 4]).Gemm("x", "y", 3, 4, bias: false));

        (layer.OutputChannels, layer.InputChannels, layer.Bias).ShouldBe((3, 4, null));
        (layer.TransA, layer.TransB, layer.Alpha, layer.Beta).ShouldBe((false, false, 1f, 1f));
    }

    [Fact]
    public void MatMul_with_a_constant_matrix_is_a_layer()
    {
        var layer = Only(new GraphBuilder().Input("x", [1, 7, 4]).MatMul("x", "y", 3, 4));

        (layer.Kind, layer.OutputChannels, layer.InputChannels, layer.Output, layer.Bias, layer.BiasAdd).ShouldBe((LayerKind.MatMul, 3, 4, "y", null, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_constant_added_after_a_MatMul_is_its_bias_on_either_side(bool biasFirst)
    {
        var model = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "m", 3, 4).Random("b", [3])
            .Node("Add", biasFirst ? ["b", "m"] : ["m", "b"], ["y"]).Output("y").Build();

        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();

        (layer.Bias, layer.Output, layer.Name).ShouldBe(("b", "y", "m"));
        layer.BiasAdd.ShouldBeSameAs(model.Graph.Node[1]);
    }

    [Fact]
    public void An_Add_is_not_a_bias_when_the_product_is_read_elsewhere_too()
    {
        var layer = Only(new GraphBuilder().Input("x", [1, 4]).MatMul("x", "m", 3, 4).Random("b", [3]).Node("Add", ["m", "b"], ["y"]).Output("m"));

        (layer.Bias, layer.Output).ShouldBe((null, "m"));
    }

    [Fact]
    public void An_Add_of_data_or_of_a_constant_with_another_shape_is_not_a_bias()
    {
        Only(new GraphBuilder().Input("x", [1, 4]).Input("z", [1, 3]).MatMul("x", "m", 3, 4).Node("Add", ["m", "z"], ["y"])).Bias.ShouldBeNull();
        Only(new GraphBuilder().Input("x", [5, 4]).MatMul("x", "m", 3, 4).Random("b", [5, 3]).Node("Add", ["m", "b"], ["y"])).Bias.ShouldBeNull();
    }

    [Fact]
    public void A_product_of_two_activations_is_not_a_layer()
    {
        var model = new GraphBuilder()
            .Input("q", [1, 4])
            .Input("k", [4, 4])
            .Node("Softmax", ["k"], ["s"])
            .Node("MatMul", ["q", "s"], ["y"])
            .Output("y")
            .Build();

        LayerFinder.Find(model).ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_of_constant_matrices_is_listed_with_the_reason() =>
        Only(new GraphBuilder().Input("x", [2, 1, 4]).Random("w", [2, 4, 3]).Node("MatMul", ["x", "w"], ["y"]))
            .Obstacle.ShouldBe("its weight has 3 dimensions, not 2");

    private static WeightLayer Only(GraphBuilder builder) => LayerFinder.Find(builder.Output("y").Build()).ShouldHaveSingleItem();
}
