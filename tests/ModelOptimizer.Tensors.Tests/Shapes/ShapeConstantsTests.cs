using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Shapes;

public sealed class ShapeConstantsTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void What_is_computed_from_shapes_and_integers_alone_becomes_a_constant()
    {
        var model = new GraphBuilder()
            .Input("x", [2, 3, 4])
            .Integers("first", [1], 0)
            .Integers("rest", [1], -1)
            .Random("w", [12, 5])
            .Node("Shape", ["x"], ["shape"])
            .Node("Gather", ["shape", "first"], ["batch"])
            .Node("Concat", ["batch", "rest"], ["target"], ("axis", 0L))
            .Node("Reshape", ["x", "target"], ["flat"])
            .Node("MatMul", ["flat", "w"], ["y"])
            .Output("y")
            .Build();

        ShapeConstants.Fold(fixture.Engine, model);

        new ConstantLookup(model.Graph).Find("target")!.Integers().ShouldBe([2, -1]);
        model.Graph.Node.Where(node => node.Output.Contains("target")).ShouldBeEmpty();
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["first", "rest", "w", "target"]);
    }

    [Fact]
    public void What_depends_on_data_or_on_weights_stays_computed()
    {
        var model = new GraphBuilder()
            .Input("x", [2, 3])
            .Random("w", [3, 3])
            .Node("Transpose", ["w"], ["t"])
            .Node("MatMul", ["x", "t"], ["y"])
            .Node("ArgMax", ["y"], ["index"])
            .Node("Gather", ["y", "index"], ["z"])
            .Output("z")
            .Build();
        var before = model.Clone();

        ShapeConstants.Fold(fixture.Engine, model);

        model.Proto.ShouldBe(before.Proto);
    }
}
