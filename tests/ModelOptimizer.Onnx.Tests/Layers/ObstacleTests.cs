using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Tests.Layers;

public sealed class ObstacleTests
{
    [Theory]
    [InlineData(DataType.Float)]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.Bfloat16)]
    [InlineData(DataType.Double)]
    internal void Floating_point_weights_may_be_rewritten(DataType type)
    {
        var layer = Find(new GraphBuilder().Input("x", [1, 4]).Random("w", [4, 3], elementType: (int)type).Node("MatMul", ["x", "w"], ["y"]))[0];
        (layer.ElementType, layer.Obstacle).ShouldBe(((int)type, null));
    }

    [Fact]
    public void Integer_weights_may_not()
    {
        var layer = Find(new GraphBuilder().Input("x", [1, 2]).Integers("w", [2, 1], 1, 2).Node("MatMul", ["x", "w"], ["y"]))[0];
        layer.Obstacle.ShouldBe("its weight cannot be read: its element type is int64");
    }

    [Fact]
    public void A_weight_that_several_nodes_read_is_shared()
    {
        var layers = Find(new GraphBuilder().Input("x", [1, 4]).Random("w", [4, 4]).Node("MatMul", ["x", "w"], ["h"]).Node("MatMul", ["h", "w"], ["y"]));
        layers.Select(layer => layer.Obstacle).ShouldBe(["its weight is shared: it is read 2 times", "its weight is shared: it is read 2 times"]);
    }

    [Fact]
    public void A_weight_that_a_branch_reads_as_well_is_shared()
    {
        var inner = new GraphBuilder().Node("Identity", ["w"], ["i"]).Build().Graph;
        var layers = Find(
            new GraphBuilder()
                .Input("x", [1, 4])
                .Input("b", [])
                .Random("w", [4, 4])
                .Node("MatMul", ["x", "w"], ["y"])
                .Node("If", ["b"], ["z"], ("then_branch", inner))
        );
        layers[0].Obstacle.ShouldBe("its weight is shared: it is read 2 times");
    }

    [Fact]
    public void A_weight_that_the_caller_may_replace_stays() =>
        Find(new GraphBuilder(irVersion: 4).Input("x", [1, 4]).Input("w", [4, 3]).Random("w", [4, 3]).Node("MatMul", ["x", "w"], ["y"]))[0]
            .Obstacle.ShouldBe("its weight is also an input of the graph");

    [Fact]
    public void Before_IR_version_4_every_weight_is_an_input_and_that_says_nothing() =>
        Find(new GraphBuilder(opset: 7, irVersion: 3).Input("x", [1, 4]).Input("w", [4, 3]).Random("w", [4, 3]).Node("MatMul", ["x", "w"], ["y"]))[0]
            .Obstacle.ShouldBeNull();

    [Fact]
    public void A_weight_that_is_an_output_stays() =>
        Find(new GraphBuilder().Input("x", [1, 4]).Random("w", [4, 3]).Node("MatMul", ["x", "w"], ["y"]).Output("w"))[0]
            .Obstacle.ShouldBe("its weight is also an output of the graph");

    [Fact]
    public void A_weight_that_is_computed_from_constants_is_listed_and_their_product_is_no_layer()
    {
        var layers = Find(
            new GraphBuilder().Input("x", [1, 4]).Random("a", [4, 2]).Random("b", [2, 3]).Node("MatMul", ["a", "b"], ["w"]).Node("MatMul", ["x", "w"], ["y"])
        );
        layers.Select(layer => (layer.Name, layer.Obstacle)).ShouldBe([("y_node", "its weight is computed from other constants")]);
    }

    [Fact]
    public void What_random_numbers_or_the_caller_may_change_is_not_computed_when_the_model_is_loaded()
    {
        var random = Find(
            new GraphBuilder()
                .Input("x", [1, 4])
                .Random("a", [4, 2])
                .Random("b", [2, 3])
                .Node("RandomNormalLike", ["a"], ["r"])
                .Node("MatMul", ["r", "b"], ["w"])
                .Node("Gemm", ["x", "w"], ["y"])
        );
        var given = Find(
            new GraphBuilder()
                .Input("x", [1, 4])
                .Input("a", [4, 2])
                .Random("a", [4, 2])
                .Random("b", [2, 3])
                .Node("MatMul", ["a", "b"], ["w"])
                .Node("Gemm", ["x", "w"], ["y"])
        );
        random.Select(layer => layer.Obstacle).ShouldBe([null, "its weight is not a constant"]);
        given.Select(layer => layer.Obstacle).ShouldBe([null, "its weight is not a constant"]);
    }

    [Theory]
    [InlineData("Cast")]
    [InlineData("Transpose")]
    [InlineData("DequantizeLinear")]
    public void A_weight_behind_another_operator_is_listed_with_it(string operation)
    {
        var layers = Find(
            new GraphBuilder()
                .Input("x", [1, 4])
                .Random("w", [4, 3])
                .Node(operation, ["w"], ["v"])
                .Node("MatMul", ["x", "v"], ["h"])
                .Random("c", [2, 2])
                .Node("Gemm", ["h", "g"], ["y"])
        );
        layers.Select(layer => layer.Obstacle).ShouldBe([$"its weight passes through {operation} first", "its weight is not a constant"]);
    }

    [Fact]
    public void A_weight_in_a_Constant_node_is_as_good_as_an_initializer()
    {
        var layer = Find(new GraphBuilder().Input("x", [1, 2]).Constant("w", [2, 1], [1, 2]).Node("MatMul", ["x", "w"], ["y"]))[0];
        (layer.Weight, layer.Obstacle).ShouldBe(("w", null));
    }

    [Fact]
    public void A_weight_whose_data_is_damaged_is_an_obstacle_not_a_crash()
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).Node("MatMul", ["x", "w"], ["y"]);
        builder.Proto.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = (int)DataType.Float, Dims = { 4_000_000_000, 4_000_000_000 } });
        Find(builder)[0].Obstacle.ShouldBe("its weight cannot be read: its shape [4000000000, 4000000000] is not possible");
    }

    [Fact]
    public void Layers_of_sub_graphs_and_functions_are_listed_after_the_others_with_the_reason()
    {
        var inner = new GraphBuilder().MatMul("x", "inner", 3, 4).Build().Graph;
        var builder = new GraphBuilder().Input("x", [1, 4]).Input("b", []).Node("If", ["b"], ["z"], ("then_branch", inner)).MatMul("x", "y", 3, 4);
        builder.Proto.Functions.Add(
            new FunctionProto
            {
                Name = "F",
                Domain = "local",
                Node =
                {
                    new NodeProto
                    {
                        OpType = "Gemm",
                        Input = { "a", "b" },
                        Output = { "f" },
                    },
                },
            }
        );

        Find(builder)
            .Select(layer => (layer.Name, layer.Obstacle))
            .ShouldBe([("y", null), ("inner", "it is inside a sub-graph of If"), ("f", "it is inside a function")]);
    }

    [Fact]
    public void Operators_of_other_domains_are_not_layers()
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "y", 3, 4);
        builder.Proto.Graph.Node[0].Domain = "com.example";
        Find(builder).ShouldBeEmpty();
    }

    private static IReadOnlyList<WeightLayer> Find(GraphBuilder builder) => LayerFinder.Find(builder.Output("y").Build());
}
