using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Examples;

/// <summary>CONTRIBUTING.md's method.</summary>
public class ThresholdMethodTests
{
    [Fact]
    public void Weights_below_the_share_become_zero_and_the_original_stays()
    {
        var model = new GraphBuilder().Input("x", [-1, 20]).Gemm("x", "y", 30, 20).Output("y", [-1, 30]).Build();
        var before = WeightValues.ReadDoubles(model.Graph.Initializer[0]);
        var context = MethodRun.Context(model, null);

        var result = new ThresholdMethod().Run(context, MethodRun.Arguments(("below", 0.25)));

        var limit = 0.25 * before.Max(Math.Abs);
        WeightValues.ReadDoubles(result.Model.Graph.Initializer[0]).ShouldBe([.. before.Select(value => Math.Abs(value) < limit ? 0 : value)]);
        WeightValues.ReadDoubles(model.Graph.Initializer[0]).ShouldBe(before);
        var layer = result.Layers.ShouldHaveSingleItem();
        new ThresholdMethod().Run(context, MethodRun.Arguments(("below", 0.25)), new Dictionary<string, Choice> { [layer.Layer] = new Choice.Keep("kept") })
            .Layers.ShouldHaveSingleItem()
            .SkipReason.ShouldBe("kept");
        new ThresholdMethod().Plan(context, MethodRun.Arguments()).TargetLayers.ShouldBe([layer.Layer]);
    }
}
