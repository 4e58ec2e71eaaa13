using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Preparing;

public sealed class GivenConstantsTests
{
    [Fact]
    public void An_initializer_is_no_input_and_inputs_without_one_stay_in_their_order()
    {
        var given = Given(irVersion: 8);
        var before = given.Proto.ToString();

        var (model, count) = GivenConstants.Declare(given);

        count.ShouldBe(2);
        model.Graph.Input.Select(input => input.Name).ShouldBe(["x", "state"]);
        model.Graph.Initializer.ShouldBe(given.Graph.Initializer);
        model.Graph.Node.ShouldBe(given.Graph.Node);
        LayerFinder.Find(model).ShouldHaveSingleItem().Obstacle.ShouldBeNull();
        given.Proto.ToString().ShouldBe(before, "the model that was given is not changed");
    }

    [Fact]
    public void Sparse_initializers_are_constants_too()
    {
        var given = Given(irVersion: 8);
        given.Graph.SparseInitializer.Add(new SparseTensorProto { Values = new TensorProto { Name = "state" } });

        var (model, count) = GivenConstants.Declare(given);

        count.ShouldBe(3);
        model.Graph.Input.Select(input => input.Name).ShouldBe(["x"]);
    }

    [Fact]
    public void Before_IR_version_4_all_initializers_are_inputs_and_stay()
    {
        var given = Given(irVersion: 3);
        GivenConstants.Declare(given).ShouldBe((given, 0));
    }

    [Fact]
    public void A_model_without_any_is_the_same_model()
    {
        var given = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Output("y").Build();
        GivenConstants.Declare(given).ShouldBe((given, 0));
    }

    private static OnnxModel Given(long irVersion) => new GraphBuilder(irVersion: irVersion)
        .Input("w", [4, 3])
        .Input("x", [1, 4])
        .Input("b", [3])
        .Input("state", [1, 3])
        .Random("w", [4, 3])
        .Random("b", [3])
        .Node("Gemm", ["x", "w", "b"], ["h"])
        .Node("Add", ["h", "state"], ["y"])
        .Output("y")
        .Build();
}
