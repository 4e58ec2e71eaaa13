using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Writing;

public class ReplaceConstantsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Nodes_stand_in_front_and_the_constant_is_neither_initialiser_nor_input(long irVersion)
    {
        var graph = new GraphBuilder(9, irVersion).Input("x", [2, 3]).MatMul("x", "y", 4, 3).Constant("c", [1, 4], [1, 2, 3, 4]).Node("Add", ["y", "c"], ["z"]);
        if (irVersion < 4)
        {
            graph.Input("y.w", [3, 4]);
        }

        var model = graph.Output("z").Build();
        var editor = new GraphEditor(model);
        editor.ReplaceConstants(
            new HashSet<string> { "y.w", "c" },
            [new NodeProto { OpType = "Neg", Input = { "a" }, Output = { "y.w" } }, new NodeProto { OpType = "Neg", Input = { "b" }, Output = { "c" } }],
            [Tensor("a", 3, 4), Tensor("b", 1, 4)]);
        editor.Prune();

        model.Graph.Node.Select(node => node.OpType).ShouldBe(["Neg", "Neg", "MatMul", "Add"]);
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a", "b"]);
        model.Graph.Input.Select(input => input.Name).ShouldBe(irVersion < 4 ? ["x", "a", "b"] : ["x"]);
        OnnxValidator.Check(model).ShouldBeEmpty();
    }

    private static TensorProto Tensor(string name, params long[] dims) =>
        new GraphBuilder().Random(name, dims).Build().Graph.Initializer[0];
}
