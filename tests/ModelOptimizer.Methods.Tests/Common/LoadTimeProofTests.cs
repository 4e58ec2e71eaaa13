using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Common;

public class LoadTimeProofTests
{
    [Fact]
    public void A_product_that_is_made_at_load_passes()
    {
        var model = new GraphBuilder().Input("x", [4, 6]).Random("a", [6, 3]).Random("b", [3, 8]).Node("MatMul", ["a", "b"], ["w"])
            .Node("MatMul", ["x", "w"], ["y"]).Output("y").Build();

        Failures(model).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_made_in_every_run_is_named_with_the_reason()
    {
        var graph = new GraphBuilder().Input("x", [1, 8, 6, 6]).Constant("scale", [], [0.1]);
        graph.Random("f", [8, 8, 3, 3]).Node("QuantizeLinear", ["f", "scale"], ["q"]).Node("DequantizeLinear", ["q", "scale"], ["w"]);

        Failures(graph.Node("Conv", ["x", "w"], ["y"]).Output("y").Build()).ShouldBe(
            new Dictionary<string, string> { ["w"] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} does not compute it when it loads the model" });
    }

    [Fact]
    public void Outputs_that_are_not_those_of_the_plain_numbers_are_noticed()
    {
        // Float16 that a runtime computes in float32 up to the output: as plain numbers the weight is rounded on the way.
        var half = (int)DataType.Float16;
        var graph = new GraphBuilder().Input("x", [4, 6], half).Random("a", [6, 3], 1, half).Random("b", [3, 8], 1, half);
        var model = graph.Node("MatMul", ["a", "b"], ["w"]).Node("MatMul", ["x", "w"], ["y"]).Output("y", null, half).Build();

        Failures(model).ShouldHaveSingleItem().Key.ShouldBe("w");
    }

    private static IReadOnlyDictionary<string, string> Failures(OnnxModel model) =>
        LoadTimeProof.Failures(MethodRun.Context(model, new RandomBatches(model)), model, new Dictionary<string, long> { ["w"] = 1000 });
}
