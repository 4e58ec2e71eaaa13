using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class TrainableWeightsTests
{
    [Fact]
    public void Weights_biases_scales_and_shifts_are_trained() =>
        TrainableWeights
            .Find(StudentRun.Convolutional(), ["y"])
            .ShouldBe(["conv1.w", "bn.scale", "bn.shift", "conv2.w", "conv2.b", "conv3.w", "conv3.b", "y.w", "y.b"]);

    [Fact]
    public void Single_numbers_masks_and_what_other_outputs_need_are_not()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 4, 6])
            .MatMul("x", "m", 6, 6)
            .Random("gamma", [6]).Node("Mul", ["m", "gamma"], ["g"])
            .Random("half", []).Node("Mul", ["g", "half"], ["h"])
            .Random("mask", [1, 4, 6]).Node("Add", ["h", "mask"], ["masked"])
            .Random("beta", [1, 1, 6]).Node("Add", ["masked", "beta"], ["y"])
            .MatMul("y", "other", 3, 6)
            .Output("y").Output("other").Build();

        TrainableWeights.Find(model, ["y"]).ShouldBe(["m.w", "gamma", "beta"]);
        TrainableWeights.Find(model, ["other"]).ShouldBe(["m.w", "gamma", "beta", "other.w"]);
    }

    [Fact]
    public void Weights_of_other_types_and_those_that_a_caller_gives_are_not()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).MatMul("x", "a", 6, 6).MatMul("a", "b", 6, 6).Output("b").Build();
        model.Graph.Input.Add(ModelOptimizer.Onnx.Writing.GraphWriter.Value("a.w", TensorProto.Types.DataType.Float, 6, 6));

        TrainableWeights.Find(model, ["b"]).ShouldBe(["b.w"]);
    }

    [Fact]
    public void Constants_that_nodes_turn_into_a_weight_are_not()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 6])
            .Random("left", [6, 2])
            .Random("right", [2, 6])
            .Node("MatMul", ["left", "right"], ["w"])
            .Node("MatMul", ["x", "w"], ["m"])
            .MatMul("m", "y", 3, 6)
            .Output("y")
            .Build();

        TrainableWeights.Find(model, ["y"]).ShouldBe(["y.w"]);
    }
}
