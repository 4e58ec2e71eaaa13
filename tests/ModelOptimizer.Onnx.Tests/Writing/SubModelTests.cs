using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Writing;

public class SubModelTests
{
    private const int Float = 1;

    [Fact]
    public void A_part_has_its_nodes_and_weights_and_no_others()
    {
        var part = SubModel.Extract(Net(), "hidden", [1, 16, 8, 8], Float, "deep").ShouldNotBeNull();

        part.Graph.Node.Select(node => node.OpType).ShouldBe(["Relu", "Conv"]);
        part.Graph.Initializer.Count.ShouldBe(2, "weight and bias");
        part.Graph.Input.ShouldHaveSingleItem().Name.ShouldBe("hidden");
        part.Graph.Output.ShouldHaveSingleItem().Name.ShouldBe("deep");
        OnnxValidator.Check(part).ShouldBeEmpty();
    }

    [Fact]
    public void What_also_needs_another_input_is_no_part() =>
        SubModel.Extract(Net(), "active", [1, 16, 8, 8], Float, "sum").ShouldBeNull();

    [Fact]
    public void What_does_not_need_the_input_is_no_part() =>
        SubModel.Extract(Net(), "deep", [1, 16, 8, 8], Float, "hidden").ShouldBeNull();

    private static OnnxModel Net() => new GraphBuilder()
        .Input("image", [-1, 4, 8, 8])
        .Conv("image", "hidden", 16, 4, [1, 1])
        .Node("Relu", ["hidden"], ["active"])
        .Conv("active", "deep", 16, 16, [1, 1])
        .Node("Add", ["deep", "hidden"], ["sum"])
        .Output("sum", [-1, 16, 8, 8])
        .Build();
}
