using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class KeptOperatorTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Int64 = (int)DataType.Int64;

    private Engine Engine => fixture.Engine;

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void OneHot_counts_from_the_end_in_ONNX_Runtime_whatever_the_version(int axis)
    {
        var model = new GraphBuilder(9, 4).Input("x", [8], (int)DataType.Int64).Integers("depth", [], 3).Initializer("v", [2], [0, 1])
            .Node("OneHot", ["x", "depth", "v"], ["y"], ("axis", axis)).Output("y").Build();

        Engine.ShouldGiveTheSame(model, (-5, 5)).Graph.ShouldBe(model.Graph);
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("Sigmoid")]
    [InlineData("Elu")]
    [InlineData("LeakyRelu")]
    [InlineData("HardSigmoid")]
    [InlineData("Softplus")]
    [InlineData("Erf")]
    [InlineData("Sign")]
    [InlineData("Floor")]
    [InlineData("Transpose")]
    [InlineData("Flatten")]
    [InlineData("Identity")]
    [InlineData("GlobalAveragePool")]
    [InlineData("MaxPool", "kernel_shape")]
    [InlineData("AveragePool", "kernel_shape")]
    [InlineData("LRN", "size")]
    [InlineData("MeanVarianceNormalization")]
    [InlineData("LpNormalization")]
    [InlineData("DepthToSpace", "blocksize")]
    [InlineData("SpaceToDepth", "blocksize")]
    [InlineData("ArgMax")]
    [InlineData("ArgMin")]
    public void Operators_that_mean_what_they_meant_stay(string op, string? attribute = null)
    {
        (string, object)[] attributes = attribute is null ? [] : [(attribute, attribute switch { "kernel_shape" => new[] { 2, 2 }, "size" => 3, _ => 2 })];
        var model = new GraphBuilder(9, 4).Input("x", [2, 4, 4, 4]).Node(op, ["x"], ["y"], attributes)
            .Output("y", elementType: (int)(op.StartsWith("Arg", StringComparison.Ordinal) ? DataType.Int64 : DataType.Float)).Build();

        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }

    [Fact]
    public void A_convolution_loses_nothing()
    {
        var model = new GraphBuilder(7, 3).Input("x", [1, 3, 6, 6]).Conv("x", "c", 4, 3, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Random("t", [4, 2, 2, 2]).Node("ConvTranspose", ["c", "t"], ["y"], ("strides", new[] { 2, 2 })).Output("y").Build();

        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }

    [Fact]
    public void Quantised_operators_have_a_scale_for_all_channels()
    {
        var zero = new TensorProto { Name = "z", DataType = (int)DataType.Uint8, Int32Data = { 128 } };
        var graph = new GraphBuilder(10, 5).Input("x", [2, 3]).Initializer("s", [], [0.05]);
        graph.Proto.Graph.Initializer.Add(zero);

        Unchanged(graph.Node("QuantizeLinear", ["x", "s", "z"], ["q"]).Node("DequantizeLinear", ["q", "s", "z"], ["y"]).Output("y"));
    }

    [Fact]
    public void Indices_and_conditions_stay()
    {
        Unchanged(new GraphBuilder(11, 6).Input("x", [3, 4]).Integers("i", [2], 0, -1).Node("Gather", ["x", "i"], ["y"], ("axis", -1)).Output("y"));
        Unchanged(new GraphBuilder(11, 6).Input("x", [3, 4]).Integers("i", [2, 1], 0, 2).Node("GatherND", ["x", "i"], ["y"]).Output("y"));
        Unchanged(new GraphBuilder(11, 6).Input("x", [3, 4]).Integers("a", [], 1).Node("CumSum", ["x", "a"], ["y"], ("reverse", 1)).Output("y"));
        Unchanged(new GraphBuilder(9, 4).Input("x", [3, 4]).Input("z", [4]).Node("Less", ["x", "z"], ["c"]).Node("Where", ["c", "x", "z"], ["y"]).Output("y"));
        Unchanged(new GraphBuilder(9, 4).Input("x", [3, 4]).Node("NonZero", ["x"], ["y"]).Output("y", elementType: Int64));
    }

    [Fact]
    public void Boxes_are_chosen_as_before() => Unchanged(new GraphBuilder(10, 5).Input("b", [1, 6, 4]).Input("s", [1, 1, 6]).Integers("m", [1], 3)
        .Initializer("i", [1], [0.5]).Initializer("t", [1], [-1]).Node("NonMaxSuppression", ["b", "s", "m", "i", "t"], ["y"]).Output("y", elementType: Int64));

    [Fact]
    public void Sequences_stay() => Unchanged(new GraphBuilder(11, 6).Input("x", [4, 2]).Node("SplitToSequence", ["x"], ["s"])
        .Node("ConcatFromSequence", ["s"], ["y"], ("axis", 0)).Output("y"));

    [Fact]
    public void Operands_of_opset_7_are_brought_to_one_shape_as_now()
    {
        Unchanged(new GraphBuilder(7, 3).Input("x", [3, 4]).Input("z", [3, 1]).Node("Add", ["x", "z"], ["a"]).Node("Pow", ["a", "z"], ["y"]).Output("y"));
        Unchanged(new GraphBuilder(8, 3).Input("x", [3, 4]).Input("z", [3, 1]).Node("Max", ["x", "z"], ["y"]).Output("y"));
        Unchanged(new GraphBuilder(11, 6).Input("x", [3, 4]).Input("z", [4]).Node("Equal", ["x", "z"], ["y"]).Output("y", elementType: (int)DataType.Bool));
    }

    private void Unchanged(GraphBuilder graph)
    {
        var model = graph.Build();
        Engine.ShouldGiveTheSame(model).Graph.ShouldBe(model.Graph);
    }
}
