using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>What is written into models, run by ONNX Runtime.</summary>
public class GatedNodesTests
{
    [Theory]
    [InlineData(7, 3)]
    [InlineData(9, 4)]
    [InlineData(11, 6)]
    [InlineData(13, 8)]
    [InlineData(18, 9)]
    [InlineData(21, 10)]
    public void Every_version_of_the_operators_gives_the_same_numbers(int opset, int irVersion)
    {
        var data = new GatedCase();
        var block = data.Block(3) with { Gates = data.Gates(3, biased: true) };

        var model = Replace(block, opset, irVersion);

        OnnxValidator.Check(model).ShouldBeEmpty();
        using var session = TestEngine.Shared.CreateSession(model);
        session.Run(new Dictionary<string, HostTensor> { ["z"] = data.Read().First().Inputs["z"] })["y"].As<float>().ToArray().ShouldBe(data.Run(block));
    }

    [Fact]
    public void A_gate_at_zero_is_closed_and_one_above_is_open()
    {
        // One gate on the middle of a 3×3 window, one filter that is 1 there, a mixer of 1.
        var middle = new Matrix(1, 9);
        middle[0, 4] = 1;
        var window = WindowChoice.For([1, 1, 1, 3], [1, 1, 1, 3], 3).Window!;
        var block = new GatedBlock(window, new GateFilters(middle), middle, Matrix.Identity(1), [0]);
        var model = new GraphBuilder().Input("z", [1, 1, 1, 3]).Node("Identity", ["z"], ["y"]).Output("y").Build();

        using var session = TestEngine.Shared.CreateSession(Apply(model, block, [1, 1, 1, 3], [1, 1, 1, 3]));

        var inputs = new Dictionary<string, HostTensor> { ["z"] = HostTensor.From<float>(TensorProto.Types.DataType.Float, [1, 1, 1, 3], [-2f, 0f, 3f]) };
        session.Run(inputs)["y"].As<float>().ToArray().ShouldBe([0f, 0f, 3f]);
    }

    [Fact]
    public void A_student_of_another_shape_is_refused()
    {
        var data = new GatedCase();
        var model = new GraphBuilder().Input("z", [-1, 3, 6, 6]).Node("Identity", ["z"], ["y"]).Output("y").Build();

        Should.Throw<InvalidOperationException>(() => Apply(model, data.Block(3), [1, 3, 6, 6], [1, 4, 3, 3]));
    }

    [Fact]
    public void Names_that_are_taken_are_left_alone()
    {
        var data = new GatedCase();
        var model = new GraphBuilder()
            .Input("z", [-1, 3, 6, 6])
            .Node("Identity", ["z"], ["y"])
            .Node("Relu", ["y"], ["y_features"])
            .Output("y_features")
            .Build();

        var result = Apply(model, data.Block(3), [1, 3, 6, 6], [1, 4, 6, 6]);

        OnnxValidator.Check(result).ShouldBeEmpty();
        result.Graph.Node[0].Output[0].ShouldBe("y_features_1");
    }

    private static OnnxModel Replace(GatedBlock block, int opset, int irVersion) =>
        Apply(
            new GraphBuilder(opset, irVersion).Input("z", [-1, 3, 6, 6]).Node("Identity", ["z"], ["y"]).Output("y").Build(),
            block,
            [1, 3, 6, 6],
            [1, 4, 6, 6]
        );

    private static OnnxModel Apply(OnnxModel model, GatedBlock block, long[] input, long[] output)
    {
        var identity = new BlockReader(model, new Dictionary<string, long[]>()).Read("z", "y").Block!;
        return StudentRewriter.Apply(
            TestEngine.Shared,
            model,
            new BlockTask(identity, input, output, 1, null),
            new FittedStudent(0, (write, input) => GatedNodes.Write(block, input, write)) { Cost = default, Note = "" }
        );
    }
}
