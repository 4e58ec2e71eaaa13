using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Tests.Preparing;

public sealed class FormChainsTests
{
    [Theory]
    [InlineData(DataType.Float)]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.Double)]
    internal void A_transposed_weight_is_a_weight(DataType type)
    {
        var model = FormChains.Fold(Behind([3, 4], (int)type, ("Transpose", null, [("perm", new long[] { 1, 0 })])));

        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        layer.Obstacle.ShouldBeNull();
        layer.WeightShape.ShouldBe([4, 3], "the form in which the layer reads it");
        model.Graph.Node.ShouldHaveSingleItem();
        var (before, after) = (GraphBuilder.Normal([3, 4], 1, 1), WeightValues.ReadDoubles(model.Graph.Initializer.ShouldHaveSingleItem()));
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                after[(i * 3) + j].ShouldBe(WeightValues.Round((int)type, before[(j * 4) + i]));
            }
        }
    }

    [Theory]
    [InlineData(new long[] { 0, 1, 2, 3 })]
    [InlineData(new long[] { 3, 2, 1, 0 })]
    [InlineData(new long[] { 2, 0, 3, 1 })]
    [InlineData(new long[] { 0, 2, 3, 1 })]
    public void Axes_go_where_the_operator_puts_them(long[] perm)
    {
        int[] dims = [2, 3, 4, 5];
        var model = FormChains.Fold(Behind([2, 3, 4, 5], (int)DataType.Float, ("Transpose", null, [("perm", perm)])));

        var tensor = model.Graph.Initializer.ShouldHaveSingleItem();
        var (before, after) = (Array.ConvertAll(GraphBuilder.Normal([2, 3, 4, 5], 1, 1), value => (float)value), WeightValues.ReadFloats(tensor));
        tensor.Dims.ShouldBe(perm.Select(axis => (long)dims[axis]));
        var at = new int[4];
        for (var flat = 0; flat < before.Length; flat++)
        {
            for (var (axis, rest) = (3, flat); axis >= 0; rest /= dims[axis--])
            {
                at[axis] = rest % dims[axis];
            }

            after[perm.Aggregate(0, (sum, axis) => (sum * dims[axis]) + at[axis])].ShouldBe(before[flat]);
        }
    }

    [Theory]
    [InlineData("Reshape", new long[] { 0, -1 }, new long[] { 1, 12 })]
    [InlineData("Reshape", new long[] { 4, 3 }, new long[] { 4, 3 })]
    [InlineData("Squeeze", new long[] { 0 }, new long[] { 12 })]
    [InlineData("Squeeze", null, new long[] { 12 })]
    [InlineData("Unsqueeze", new long[] { 0, -1 }, new long[] { 1, 1, 12, 1 })]
    [InlineData("Flatten", null, new long[] { 1, 12 })]
    [InlineData("Identity", null, new long[] { 1, 12 })]
    public void Other_forms_have_the_same_numbers_in_another_shape(string operation, long[]? second, long[] shape)
    {
        var model = FormChains.Fold(Behind([1, 12], (int)DataType.Float, (operation, second, [])));

        var tensor = model.Graph.Initializer.ShouldHaveSingleItem("the second operand has gone too");
        tensor.Dims.ShouldBe(shape);
        WeightValues.ReadFloats(tensor).ShouldBe(Array.ConvertAll(GraphBuilder.Normal([1, 12], 1, 1), value => (float)value));
    }

    [Fact]
    public void A_chain_becomes_one_constant_that_is_called_as_its_end()
    {
        var given = Behind([12, 1], (int)DataType.Float, ("Identity", null, []), ("Reshape", [3, 4], []), ("Transpose", null, []));
        given.Graph.ValueInfo.Add(new ValueInfoProto { Name = "v1" });
        var before = given.Proto.Clone();

        var model = FormChains.Fold(given);

        model.Graph.Initializer.ShouldHaveSingleItem().Name.ShouldBe("v3");
        model.Graph.ValueInfo.ShouldBeEmpty();
        OnnxValidator.Check(model).ShouldBeEmpty();
        given.Proto.ShouldBe(before);
    }

    [Fact]
    public void Narrower_numbers_are_stored_and_wider_ones_stay_unpacked_at_load()
    {
        var narrow = FormChains.Fold(Behind([2, 2], (int)DataType.Float, ("Cast", null, [("to", (long)DataType.Float16)])));
        narrow.Graph.Initializer.ShouldHaveSingleItem().DataType.ShouldBe((int)DataType.Float16);

        var wide = Behind([2, 2], (int)DataType.Float16, ("Cast", null, [("to", (long)DataType.Float)]));
        FormChains.Fold(wide).ShouldBeSameAs(wide);
    }

    [Fact]
    public void Other_names_of_one_constant_are_read_as_the_constant()
    {
        var model = FormChains.Fold(new GraphBuilder().Input("x", [1, 3]).Random("b", [3])
            .Node("Identity", ["b"], ["c"]).Node("Identity", ["c"], ["d"])
            .Node("Add", ["x", "b"], ["h"]).Node("Mul", ["h", "c"], ["i"]).Node("Sub", ["i", "d"], ["y"]).Output("y").Build());

        model.Graph.Node.Select(node => (node.OpType, node.Input[1])).ShouldBe([("Add", "b"), ("Mul", "b"), ("Sub", "b")]);
        model.Graph.Initializer.ShouldHaveSingleItem().Name.ShouldBe("b");
    }

    [Fact]
    public void What_others_read_or_may_give_stays_as_it_is()
    {
        var shared = new GraphBuilder().Input("x", [1, 3]).Random("w", [4, 3]).Node("Transpose", ["w"], ["v"]).Node("MatMul", ["x", "v"], ["h"])
            .Node("MatMul", ["h", "w"], ["y"]).Output("y").Build();
        var given = new GraphBuilder().Input("x", [1, 3]).Input("w", [4, 3]).Random("w", [4, 3]).Node("Transpose", ["w"], ["v"])
            .Node("MatMul", ["x", "v"], ["y"]).Output("y").Build();
        var output = new GraphBuilder().Input("x", [1, 3]).Random("w", [4, 3]).Node("Transpose", ["w"], ["v"]).Output("v").Build();
        var run = new GraphBuilder().Input("x", [1, 3]).Node("Transpose", ["x"], ["y"]).Output("y").Build();
        foreach (var model in new[] { shared, given, output, run })
        {
            FormChains.Fold(model).ShouldBeSameAs(model);
        }
    }

    [Theory]
    [InlineData("Transpose", null, "perm", new long[] { 0, 0 })]
    [InlineData("Transpose", null, "perm", new long[] { 1, 2 })]
    [InlineData("Reshape", new long[] { 5, -1 }, "none", new long[0])]
    [InlineData("Reshape", new long[] { -1, -1 }, "none", new long[0])]
    [InlineData("Unsqueeze", new long[] { 9 }, "none", new long[0])]
    [InlineData("Squeeze", new long[] { 0 }, "none", new long[0])]
    [InlineData("Flatten", null, "axis", new long[] { 7 })]
    public void What_no_runtime_could_do_is_left_to_it(string operation, long[]? second, string attribute, long[] value)
    {
        (string, object)[] attributes = attribute == "none" ? [] : [(attribute, attribute == "axis" ? value[0] : value)];
        var model = Behind([3, 4], (int)DataType.Float, (operation, second, attributes));
        FormChains.Fold(model).ShouldBeSameAs(model);
    }

    // A product with a constant that goes through the operators; their second operands are constants too.
    private static OnnxModel Behind(long[] shape, int type, params (string Operation, long[]? Second, (string, object)[] Attributes)[] operators)
    {
        var graph = new GraphBuilder().Input("x", [-1, -1], type).Initializer("w", shape, GraphBuilder.Normal(shape, 1, 1), type);
        var name = "w";
        foreach (var (index, (operation, second, attributes)) in operators.Index())
        {
            string[] inputs = second is null ? [name] : [name, $"s{index}"];
            if (second is not null)
            {
                graph.Integers(inputs[1], [second.Length], second);
            }

            graph.Node(operation, inputs, [name = $"v{index + 1}"], attributes);
        }

        return graph.Node("MatMul", ["x", name], ["y"]).Output("y", null, type).Build();
    }
}
