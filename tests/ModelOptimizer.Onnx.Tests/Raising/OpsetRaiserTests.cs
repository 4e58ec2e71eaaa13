using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Raising;

public sealed class OpsetRaiserTests
{
    private static readonly Dictionary<string, long[]> NoShapes = [];

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void A_model_that_is_there_already_is_returned_as_it_is(int opset)
    {
        var model = new GraphBuilder(opset).Input("x", [2, 3]).Node("Softmax", ["x"], ["y"]).Output("y").Build();
        var bytes = model.ToBytes();

        OpsetRaiser.Raise(model, NoShapes).ShouldBeSameAs(model);
        model.ToBytes().ShouldBe(bytes);
    }

    [Fact]
    public void Only_the_version_changes_where_nothing_else_did()
    {
        var model = new GraphBuilder(12).Input("x", [2, 3]).Node("Relu", ["x"], ["r"]).Gemm("r", "y", 4, 3).Output("y").Build();
        var expected = model.Clone();
        expected.Proto.OpsetImport[0].Version = 13;

        OpsetRaiser.Raise(model, NoShapes).ToBytes().ShouldBe(expected.ToBytes());
    }

    [Fact]
    public void Raising_twice_gives_the_same_bytes()
    {
        var model = new GraphBuilder(9, 4).Input("x", [1, 4]).Node("Unsqueeze", ["x"], ["u"], ("axes", new[] { 1 })).Node("Clip", ["u"], ["c"], ("min", 0.5))
            .Node("Softmax", ["c"], ["s"]).Node("Squeeze", ["s"], ["y"], ("axes", new[] { 1 })).Output("y").Build();

        OpsetRaiser.Raise(model, NoShapes).ToBytes().ShouldBe(OpsetRaiser.Raise(model, NoShapes).ToBytes());
    }

    [Theory]
    [InlineData("Softmax", new string[0], "it has no input or no output")]
    [InlineData("Upsample", new[] { "x" }, "it has no scales")]
    [InlineData("Split", new[] { "x" }, "it has no axis")]
    [InlineData("Reshape", new[] { "x" }, "it has no shape")]
    [InlineData("Tile", new[] { "x", "b", "b" }, "its axis and its number of tiles are not constant")]
    [InlineData("Mul", new[] { "x", "b" }, "it has no axis -1000000", "axis", "broadcast")]
    public void What_a_damaged_node_lacks_is_said(string op, string[] inputs, string reason, params string[] attributes)
    {
        var model = new GraphBuilder(1, 3).Input("x", [2, 3]).Initializer("b", [2], [1, 2])
            .Node(op, inputs, ["y"], [.. attributes.Select(name => (name, (object)-1_000_000))]).Output("y").Build();

        Should.Throw<DiagnosticException>(() => OpsetRaiser.Raise(model, NoShapes)).Message.ShouldContain($"{op} 'y_node' ({reason})");
    }

    [Fact]
    public void Everything_that_cannot_be_raised_is_named()
    {
        var graph = new GraphBuilder(8, 4).Input("x", [1, 3, 2]).Node("Rotate", ["x"], ["r"]).Named("").Node("Relu", ["r"], ["t0"]);
        for (var i = 0; i < 7; i++)
        {
            graph.Node("Dropout", [$"t{i}"], [$"t{i + 1}", $"m{i}"]).Output($"m{i}");
        }

        var body = new GraphBuilder().Input("s", [2]).Input("e", [2]).Node("Add", ["s", "e"], ["a"])
            .Node("Upset", ["a"], ["o"]).Output("a", [2]).Output("o", [2]);
        graph.Node("Scan", ["", "i", "t7"], ["f", "y"], ("body", body.Build().Graph), ("num_scan_inputs", 1)).Input("i", [1, 2]).Output("y");

        var exception = Should.Throw<DiagnosticException>(() => OpsetRaiser.Raise(graph.Build(), NoShapes));

        exception.Diagnostic.Code.ShouldBe("MOC2016");
        exception.Diagnostic.ToString().ShouldBeApproved();
    }
}
