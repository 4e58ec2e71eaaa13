using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Options;

public class LayerMapTests
{
    private static readonly IReadOnlyList<WeightLayer> Layers = LayerFinder.Find(
        new GraphBuilder().Input("x", [1, 4]).Gemm("x", "fc1", 4, 4).Gemm("fc1", "fc2", 4, 4).Gemm("fc2", "last", 4, 4).Output("last").Build()
    );

    [Fact]
    public void The_last_rule_that_matches_a_layer_gives_its_value()
    {
        var map = new LayerMap<double>([(new LayerRule("fc*"), 0.9), (new LayerRule("fc2"), 0.5)]);

        map.Assign(Layers).ShouldBe(new Dictionary<string, double> { ["fc1"] = 0.9, ["fc2"] = 0.5 }, ignoreOrder: true);
    }

    [Fact]
    public void A_rule_that_matches_nothing_is_an_error_where_it_is_written()
    {
        var position = new SourcePosition("modelopt.yaml", 7, 9);
        var map = new LayerMap<double>([(new LayerRule("*"), 0.9), (new LayerRule("fc3", position), 0.5)]);

        var error = Should.Throw<DiagnosticException>(() => map.Assign(Layers)).Diagnostic;

        (error.Code, error.Position).ShouldBe((MethodCodes.RuleMatchesNothing, position));
    }
}
