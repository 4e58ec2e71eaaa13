using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class OperandRuleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    private Engine Engine => fixture.Engine;

    [Fact]
    public void An_operand_along_an_axis_gets_the_axes_behind_it()
    {
        var model = Binary("Add", [2, 3, 1], [2], [10, 20], ("broadcast", 1), ("axis", 0));

        var raised = Engine.ShouldGive(model, Six, [11, 12, 13, 24, 25, 26]);

        raised.Operators().ShouldBe(["Unsqueeze", "Add"]);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(1)]
    public void An_axis_may_be_counted_from_the_end(int axis) =>
        Engine.ShouldGive(Binary("Mul", [1, 2, 3], [2], [10, 100], ("broadcast", 1), ("axis", axis)), Six, [10, 20, 30, 400, 500, 600]);

    [Fact]
    public void Operands_without_an_axis_share_their_last_axes_as_they_do_now()
    {
        Engine.ShouldGive(Binary("Sub", [2, 3], [3], [1, 2, 3], ("broadcast", 1)), Six, [0, 0, 0, 3, 3, 3]).Operators().ShouldBe(["Sub"]);
        Engine.ShouldGive(Binary("Div", [2, 3], [], [2], ("broadcast", 1), ("axis", 0)), Six, [0.5, 1, 1.5, 2, 2.5, 3]).Operators().ShouldBe(["Div"]);
        Engine.ShouldGive(Binary("Pow", [2, 3], [2, 3], [2, 2, 2, 1, 1, 1], ("consumed_inputs", new[] { 0, 0 })), Six, [1, 4, 9, 4, 5, 6])
            .Only("Pow").Attribute.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Less", new double[] { 1, 1, 0, 0, 0, 0 })]
    [InlineData("Greater", new double[] { 0, 0, 0, 0, 1, 1 })]
    public void Comparisons_are_brought_to_one_shape_as_well(string op, double[] expected)
    {
        var model = new GraphBuilder(1, 3).Input("x", [2, 3]).Initializer("b", [2], [3, 4]).Node(op, ["x", "b"], ["c"], ("broadcast", 1), ("axis", 0))
            .Node("Cast", ["c"], ["y"], ("to", "FLOAT")).Output("y").Build();

        Engine.ShouldGive(model, Six, expected);
    }

    [Theory]
    [InlineData("And")]
    [InlineData("Or")]
    [InlineData("Xor")]
    public void Logic_is_brought_to_one_shape_as_well(string op)
    {
        const int Bool = (int)DataType.Bool;
        var model = new GraphBuilder(6, 3).Input("a", [2, 3], Bool).Input("b", [2], Bool).Node(op, ["a", "b"], ["y"], ("broadcast", 1), ("axis", 0))
            .Output("y", elementType: Bool).Build();

        var raised = OpsetRaiser.Raise(model, new Dictionary<string, long[]>());

        raised.Operators().ShouldBe(["Unsqueeze", op]);
        using var session = Engine.CreateSession(raised);
        session.Run(RaisingCheck.Inputs(session.Inputs, 1))["y"].Shape.ShouldBe([2, 3]);
    }

    [Fact]
    public void Equal_is_brought_to_one_shape_as_well()
    {
        var model = new GraphBuilder(1, 3).Input("x", [2, 2]).Node("Cast", ["x"], ["n"], ("to", "int64")).Integers("b", [2], 3, 4)
            .Node("Equal", ["n", "b"], ["e"], ("broadcast", 1), ("axis", 0)).Node("Cast", ["e"], ["y"], ("to", "Float")).Output("y").Build();

        // Nothing says the rank of what Cast makes.
        Should.Throw<DiagnosticException>(() => OpsetRaiser.Raise(model, new Dictionary<string, long[]>())).Message
            .ShouldContain("Equal 'e_node' (the rank of its input 0 is unknown)");
        var raised = OpsetRaiser.Raise(model, new Dictionary<string, long[]> { ["n"] = [2, 2] });
        using var session = Engine.CreateSession(raised);
        session.Run(new Dictionary<string, Data.HostTensor> { ["x"] = Data.HostTensor.From<float>(DataType.Float, [2, 2], [3, 4, 3, 4]) })["y"].Doubles()
            .ShouldBe([1, 0, 0, 1]);
    }

    [Fact]
    public void Gemm_adds_a_vector_without_being_told()
    {
        var model = new GraphBuilder(6, 3).Input("x", [2, 3]).Initializer("w", [3, 2], [1, 0, 0, 1, 0, 0]).Initializer("c", [2], [10, 20])
            .Node("Gemm", ["x", "w", "c"], ["y"], ("broadcast", 1)).Output("y").Build();

        Engine.ShouldGive(model, Six, [11, 22, 14, 25]).Only("Gemm").Attribute.ShouldBeEmpty();
        Engine.ShouldGiveTheSame(new GraphBuilder(9, 4).Input("x", [2, 3]).Gemm("x", "y", 4, 3, transB: true).Output("y").Build());
    }

    [Fact]
    public void PRelu_had_a_slope_for_each_channel()
    {
        static OnnxModel Model(int opset, long[] shape, params double[] slope) => new GraphBuilder(opset, 3).Input("x", [1, 2, 3])
            .Initializer("s", shape, slope).Node("PRelu", ["x", "s"], ["y"]).Output("y").Build();

        Engine.ShouldGive(Model(6, [2], 2, 3), [-1, -2, 1, -1, -2, 1], [-2, -4, 1, -3, -6, 1]);
        Engine.ShouldGive(Model(6, [1], 2), [-1, -2, 1, -1, -2, 1], [-2, -4, 1, -2, -4, 1]).Operators().ShouldBe(["PRelu"]);
        Engine.ShouldGiveTheSame(Model(7, [2, 1], 2, 3)).Operators().ShouldBe(["PRelu"]);
    }

    [Theory]
    [InlineData("Max")]
    [InlineData("Min")]
    [InlineData("Sum")]
    [InlineData("Mean")]
    public void Operands_of_any_number_were_of_one_shape(string op) =>
        Engine.ShouldGiveTheSame(new GraphBuilder(7, 3).Input("a", [2, 3]).Input("b", [2, 3]).Node(op, ["a", "b"], ["y"]).Output("y").Build());

    [Fact]
    public void Tile_had_one_axis_and_a_number_for_it()
    {
        var model = new GraphBuilder(1, 4).Input("x", [2, 3]).Initializer("tiles", [], [2]).Initializer("axis", [], [1])
            .Node("Tile", ["x", "tiles", "axis"], ["y"]).Output("y").Build();

        var raised = Engine.ShouldGive(model, Six, [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);

        raised.Graph.Initializer.Single().Integers().ShouldBe([1, 2]);
    }

    private static OnnxModel Binary(string op, long[] shape, long[] other, double[] values, params (string, object)[] attributes) =>
        new GraphBuilder(attributes.Any(attribute => attribute.Item1 == "consumed_inputs") ? 1 : 6, 3).Input("x", shape)
            .Initializer("b", other, values).Node(op, ["x", "b"], ["y"], attributes).Output("y").Build();
}
