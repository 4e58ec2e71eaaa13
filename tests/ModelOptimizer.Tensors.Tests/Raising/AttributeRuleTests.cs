using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class AttributeRuleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Theory]
    [InlineData(7, new[] { 1, 3 })]
    [InlineData(11, new[] { -3, -1 })]
    [InlineData(12, null)]
    public void Squeeze_has_its_axes_as_an_input_or_none(int opset, int[]? axes)
    {
        var raised = Engine.ShouldGiveTheSame(One("Squeeze", opset, [2, 1, 3, 1], axes is null ? [] : [("axes", axes)]));

        raised.Only("Squeeze").Input.Count.ShouldBe(axes is null ? 1 : 2);
        raised.Only("Squeeze").Attribute.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(7, new[] { 0, 3 })]
    [InlineData(11, new[] { -1, 0 })]
    public void Unsqueeze_has_its_axes_as_an_input(int opset, int[] axes) =>
        Engine.ShouldGiveTheSame(One("Unsqueeze", opset, [2, 3], ("axes", axes))).Only("Unsqueeze").Input.Count.ShouldBe(2);

    [Theory]
    [InlineData(7, new[] { 1 }, 1)]
    [InlineData(11, new[] { -1, 0 }, 0)]
    [InlineData(12, null, 0)]
    public void ReduceSum_has_its_axes_as_an_input_or_is_over_all(int opset, int[]? axes, int keepdims)
    {
        (string, object)[] attributes = axes is null ? [("keepdims", keepdims)] : [("axes", axes), ("keepdims", keepdims)];

        Engine.ShouldGiveTheSame(One("ReduceSum", opset, [2, 3, 4], attributes)).Only("ReduceSum").Input.Count.ShouldBe(axes is null ? 1 : 2);
    }

    [Theory]
    [InlineData("ReduceMean")]
    [InlineData("ReduceMax")]
    [InlineData("ReduceLogSumExp")]
    public void Other_reductions_keep_their_axes_as_an_attribute(string op) =>
        Engine.ShouldGiveTheSame(One(op, 9, [2, 3, 4], ("axes", new[] { 1 }))).Only(op).Attribute("axes").ShouldNotBeNull();

    [Theory]
    [InlineData(7, null, new[] { 1, 3 })]
    [InlineData(11, -1, new[] { 2, 2 })]
    [InlineData(12, 1, null)]
    public void Split_has_its_lengths_as_an_input_or_cuts_in_equal_parts(int opset, int? axis, int[]? lengths)
    {
        List<(string, object)> attributes = [];
        if (axis is { } along)
        {
            attributes.Add(("axis", along));
        }

        if (lengths is not null)
        {
            attributes.Add(("split", lengths));
        }

        var model = new GraphBuilder(opset, 6).Input("x", [4, 6, 4]).Node("Split", ["x"], ["a", "b"], [.. attributes]).Output("a").Output("b").Build();

        Engine.ShouldGiveTheSame(model).Only("Split").Input.Count.ShouldBe(lengths is null ? 1 : 2);
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData(-0.5, null, 2)]
    [InlineData(null, 0.25, 3)]
    [InlineData(0.0, 6.0, 3)]
    [InlineData(-3.4028234663852886e38, 0.5, 3)]
    public void Clip_has_its_bounds_as_inputs(double? low, double? high, int inputs)
    {
        List<(string, object)> attributes = [];
        if (low is { } min)
        {
            attributes.Add(("min", min));
        }

        if (high is { } max)
        {
            attributes.Add(("max", max));
        }

        Engine.ShouldGiveTheSame(One("Clip", 9, [3, 5], [.. attributes])).Only("Clip").Input.Count.ShouldBe(inputs);
    }

    [Fact]
    public void Equal_bounds_are_one_constant_and_those_of_later_versions_stay()
    {
        var raised = Engine.ShouldGiveTheSame(new GraphBuilder(10, 5).Input("x", [8]).Node("Clip", ["x"], ["a"], ("min", 0.0), ("max", 6.0))
            .Node("Neg", ["a"], ["n"]).Node("Clip", ["n"], ["y"], ("min", -6.0), ("max", 0.0)).Output("y").Build());

        raised.Graph.Initializer.Count.ShouldBe(3);
        var later = new GraphBuilder(11, 6).Input("x", [8]).Initializer("low", [], [0]).Node("Clip", ["x", "low"], ["y"]).Output("y").Build();
        Engine.ShouldGiveTheSame(later).Graph.ShouldBe(later.Graph);
    }

    [Fact]
    public void Bounds_have_the_type_of_what_is_clipped()
    {
        const int Type = (int)DataType.Double;
        var model = new GraphBuilder(9, 4).Input("x", [4]).Node("Cast", ["x"], ["d"], ("to", Type)).Node("Neg", ["d"], ["n"])
            .Node("Clip", ["n"], ["y"], ("min", -0.1), ("max", 0.7)).Output("y", elementType: Type).Build();

        var raised = OpsetRaiser.Raise(model, new Dictionary<string, long[]>());

        raised.Graph.Initializer.ShouldAllBe(tensor => tensor.DataType == Type && tensor.Dims.Count == 0);
        using var session = Engine.CreateSession(raised);
        session.Run(RaisingCheck.Inputs(session.Inputs, 1))["y"].Doubles().ShouldAllBe(number => number >= (float)-0.1 && number <= 0.7f);
    }

    [Theory]
    [InlineData("constant", 0.0, 2)]
    [InlineData("constant", 1.5, 3)]
    [InlineData("reflect", 1.5, 2)]
    [InlineData("edge", null, 2)]
    public void Pad_has_pads_and_value_as_inputs(string mode, double? value, int inputs)
    {
        List<(string, object)> attributes = [("mode", mode), ("pads", new[] { 0, 1, 0, 2 })];
        if (value is { } number)
        {
            attributes.Add(("value", number));
        }

        Engine.ShouldGiveTheSame(One("Pad", 10, [2, 4], [.. attributes])).Only("Pad").Input.Count.ShouldBe(inputs);
    }

    [Fact]
    public void Pad_cuts_and_its_first_version_had_another_name_for_it()
    {
        Engine.ShouldGiveTheSame(One("Pad", 7, [2, 4], ("pads", new[] { 0, -1, 1, 0 })));
        Engine.ShouldGive(One("Pad", 1, [1, 2], ("paddings", new[] { 0, 1, 0, 0 }), ("value", 9.0)), [1, 2], [9, 1, 2]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(new[] { 2, 0 })]
    public void Slice_has_its_bounds_as_inputs(int[]? axes)
    {
        (string, object)[] bounds = [("starts", new[] { 1, -3 }), ("ends", new[] { int.MaxValue, -1 })];

        Engine.ShouldGiveTheSame(One("Slice", 9, [4, 5, 6], axes is null ? bounds : [.. bounds, ("axes", axes)]))
            .Only("Slice").Input.Count.ShouldBe(axes is null ? 3 : 4);
    }

    [Fact]
    public void Slice_with_steps_stays()
    {
        var model = new GraphBuilder(10, 5).Input("x", [5]).Integers("s", [1], 0).Integers("e", [1], 5).Integers("a", [1], 0).Integers("t", [1], 2)
            .Node("Slice", ["x", "s", "e", "a", "t"], ["y"]).Output("y").Build();

        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public void TopK_has_its_number_as_an_input(int? axis)
    {
        (string, object)[] attributes = axis is { } along ? [("k", 2), ("axis", along)] : [("k", 2)];
        var model = new GraphBuilder(9, 4).Input("x", [4, 6]).Node("TopK", ["x"], ["v", "i"], attributes)
            .Output("v").Output("i", elementType: (int)DataType.Int64).Build();

        Engine.ShouldGiveTheSame(model).Only("TopK").Input.Count.ShouldBe(2);
    }

    [Fact]
    public void TopK_of_opset_10_stays()
    {
        var model = new GraphBuilder(10, 5).Input("x", [4, 6]).Integers("k", [1], 3).Node("TopK", ["x", "k"], ["v", "i"])
            .Output("v").Output("i", elementType: (int)DataType.Int64).Build();

        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }

    [Fact]
    public void Reshape_had_its_shape_as_an_attribute()
    {
        var raised = Engine.ShouldGive(One("Reshape", 1, [2, 3], ("shape", new[] { 0, -1, 1 }), ("consumed_inputs", new[] { 0 })), [1, 2, 3, 4, 5, 6],
            [1, 2, 3, 4, 5, 6]);

        raised.Only("Reshape").Attribute.ShouldBeEmpty();
        raised.Graph.Initializer.Single().Integers().ShouldBe([0, -1, 1]);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(10)]
    public void Dropout_has_its_ratio_as_an_input_and_loses_a_mask_that_nothing_reads(int opset)
    {
        var model = new GraphBuilder(opset, 4).Input("x", [3, 4]).Node("Dropout", ["x"], ["d", "mask"], ("ratio", 0.3)).Node("Neg", ["d"], ["y"])
            .Output("y").Build();

        var dropout = Engine.ShouldGiveTheSame(model).Only("Dropout");

        dropout.Input.Count.ShouldBe(2);
        dropout.Output.ShouldBe(["d"]);
        Engine.ShouldGiveTheSame(One("Dropout", opset, [3, 4])).Only("Dropout").Input.Count.ShouldBe(1);
    }

    [Fact]
    public void A_mask_that_is_read_is_refused_where_it_said_nothing()
    {
        static OnnxModel Model(int opset) => new GraphBuilder(opset, 6).Input("x", [3, 4]).Node("Dropout", ["x"], ["y", "mask"]).Output("y")
            .Output("mask", elementType: (int)DataType.Bool).Build();

        Should.Throw<DiagnosticException>(() => Engine.ShouldBeRaised(Model(10))).Message.ShouldContain("Dropout 'y_node' (its mask is read");
        Engine.ShouldGiveTheSame(Model(12));
    }

    [Fact]
    public void Dropout_that_was_told_that_it_tests_does_nothing_and_one_that_trains_does_so_still()
    {
        Engine.ShouldGive(One("Dropout", 6, [2], ("is_test", 1), ("ratio", 0.5)), [1, 2], [1, 2]).Only("Dropout").Input.Count.ShouldBe(2);

        Engine.ShouldBeRaised(One("Dropout", 6, [2], ("ratio", 0.5))).Only("Dropout").Input.Count.ShouldBe(3);
    }

    private static OnnxModel One(string op, int opset, long[] shape, params (string, object)[] attributes) =>
        new GraphBuilder(opset, 4).Input("x", shape).Node(op, ["x"], ["y"], attributes).Output("y").Build();
}
