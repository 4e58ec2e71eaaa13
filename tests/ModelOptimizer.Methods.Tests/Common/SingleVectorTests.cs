using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Tests.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Common;

public class SingleVectorTests
{
    // The first product reads a vector; the second one row.
    private static readonly OnnxModel Net = new GraphBuilder()
        .Input("x", [24])
        .MatMul("x", "v", 30, 24)
        .Integers("row", [2], 1, 30)
        .Node("Reshape", ["v", "row"], ["r"])
        .Gemm("r", "y", 24, 30)
        .Output("y", [1, 24])
        .Build();

    [Theory]
    [InlineData("tucker", "sequential")]
    [InlineData("tucker", "independent")]
    [InlineData("cp", "sequential")]
    public void Factors_leave_it_alone_with_a_reason(string method, string fit)
    {
        var result = Run(method, ("ranks", MethodRun.Ranks(6)), ("fit", fit));

        Reasons(result).ShouldBe([("v", "its input is a single vector"), ("y", null)]);
        SameShape(result);
    }

    [Fact]
    public void Block_coordinate_descent_leaves_it_alone_with_a_reason()
    {
        var result = Run("nn-bcd", ("mode", "layer"), ("sparsity", new LayerMap<double>([(new LayerRule("*"), 0.9)])));

        Reasons(result).ShouldBe([("v", "its input is a single vector"), ("y", null)]);
        SameShape(result);
    }

    [Fact]
    public void It_is_rounded_to_the_nearest_where_others_are_under_their_moments()
    {
        (string, object)[] bits = [("weights", new LayerMap<string>([(new LayerRule("*"), "4")]))];
        foreach (var options in new[] { bits, [.. bits, ("fit", "independent")], [("rate", 3.0)] })
        {
            var result = Run("quantize", options);

            Reasons(result).ShouldBe([("v", null), ("y", null)]);
            result.Layers[0].Note.ShouldNotBeNull().ShouldContain("nearest: its inputs are not measured");
            result.Layers[1].Note?.ShouldNotContain("nearest");
            SameShape(result);
        }
    }

    [Theory]
    [InlineData("distill")]
    [InlineData("opdf")]
    public void A_training_says_that_there_are_no_rows(string method)
    {
        var model = new GraphBuilder().Input("x", [24]).MatMul("x", "v", 24, 24).Random("b", [1, 24]).Node("Add", ["v", "b"], ["y"]).Output("y", [1, 24]).Build();

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Train(method, MethodRun.Context(model, new RandomBatches(model, 32, 1))));

        error.Diagnostic.Code.ShouldBe(MethodCodes.OtherStudent);
        error.Diagnostic.Message.ShouldContain("'y' is not one row of numbers a sample");
    }

    private static StepResult Run(string method, params (string Name, object Value)[] options) =>
        MethodRun.Named(method).Run(MethodRun.Context(Net, new RandomBatches(Net, 64, 1)), MethodRun.Arguments(options));

    private static (string, string?)[] Reasons(StepResult result) => [.. result.Layers.Select(layer => (layer.Layer, layer.SkipReason))];

    private static void SameShape(StepResult result)
    {
        var batch = new RandomBatches(Net, 1, 1, seed: 7).Read().Single();
        var (before, after) = (TestEngine.Shared.CreateSession(Net), TestEngine.Shared.CreateSession(result.Model));
        using (before)
        using (after)
        {
            after.Run(batch.Inputs)["y"].Shape.ShouldBe(before.Run(batch.Inputs)["y"].Shape);
        }
    }
}
