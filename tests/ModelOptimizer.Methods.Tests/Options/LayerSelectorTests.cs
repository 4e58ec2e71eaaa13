using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Options;

public class LayerSelectorTests
{
    private static readonly IReadOnlyList<WeightLayer> Layers = LayerFinder.Find(
        new GraphBuilder()
            .Input("x", [1, 4, 8, 8])
            .Conv("x", "conv1", 4, 4, [1, 1])
            .Conv("conv1", "conv2", 4, 4, [1, 1])
            .Conv("conv2", "block/conv3", 4, 4, [1, 1])
            .Node("Flatten", ["block/conv3"], ["f"])
            .Gemm("f", "fc", 4, 256)
            .Output("fc")
            .Build()
    );

    [Theory]
    [InlineData("conv1 conv2 block/conv3 fc", "*")]
    [InlineData("conv1 conv2", "conv*")]
    [InlineData("conv2 block/conv3 fc", "!conv1")]
    [InlineData("conv1 conv2 fc", "*", "!conv*", "conv?", "!block/*")]
    [InlineData("fc", "type:Gemm")]
    [InlineData("conv1 conv2 block/conv3", "*", "!type:Gemm")]
    [InlineData("conv2 block/conv3", "re:conv[23]$")]
    public void The_last_rule_that_matches_decides(string expected, params string[] rules) =>
        string.Join(' ', LayerSelector.Select(Layers, MethodRun.Rules(rules)).Select(layer => layer.Name)).ShouldBe(expected);

    [Fact]
    public void A_rule_without_a_match_names_the_nearest_layers() =>
        Failure("konv1")
            .ShouldBe(
                "error MOC1301: the layer rule 'konv1' matches no layer of the model. The nearest names are 'conv1', 'conv2', 'fc'; 'modelopt layers' prints "
                    + "them all."
            );

    [Fact]
    public void A_type_without_a_match_names_the_types() =>
        Failure("type:Linear").ShouldBe("error MOC1301: the layer rule 'type:Linear' matches no layer of the model. Its layers are of the types Conv, Gemm.");

    [Fact]
    public void A_broken_expression_says_what_is_broken() =>
        Failure("re:conv(").ShouldStartWith("error MOC1302: 'conv(' is not a regular expression: ");

    private static string Failure(string rule) =>
        Should.Throw<DiagnosticException>(() => LayerSelector.Select(Layers, MethodRun.Rules(rule))).Diagnostic.ToString();
}
