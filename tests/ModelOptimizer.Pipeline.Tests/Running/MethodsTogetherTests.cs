using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class MethodsTogetherTests
{
    [Theory]
    [InlineData("tucker", "ranks: 6, layers: [hidden, deep]", "- { method: nn-bcd, sparsity: 80%, sweeps: 5 }")]
    [InlineData("cp", "ranks: 6, layers: [hidden, deep]", "- { method: nn-bcd, mode: layer, layers: ['fc*'], rank: 4, sweeps: 5 }")]
    [InlineData("nn-bcd", "mode: layer, rank: { deep: 6 }, sweeps: 5", "- { method: tucker, layers: [hidden], ranks: 50% }")]
    public void One_method_goes_on_from_another_and_a_lock_file_leads_to_the_same_bytes(string method, string step, string more)
    {
        using var project = new SmallProject("cosine: { min: 1% }");
        ModelWithADenseTail().Save(Path.Combine(project.Folder, "model.onnx"));
        project.WriteManifest("cosine: { min: 1% }", step: step, method: method, more: more);

        var result = project.Run(writeLock: true);

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == Diagnostics.DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps.Count.ShouldBe(2);
        report.Steps.ShouldAllBe(found => found.Layers.Any(layer => layer.Ranks.Count > 0));
        report.After.Bytes.ShouldBeLessThan(report.Before.Bytes);
        OnnxValidator.Check(OnnxModel.Load(project.Output)).ShouldBeEmpty();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models[0].Decisions.ShouldBe(ModelOptimizer.Pipeline.Results.DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void Layers_behind_removed_units_are_not_timed()
    {
        using var project = new SmallProject("cosine: { min: 1% }");
        project.WriteManifest("cosine: { min: 1% }", step: "mode: layer, sparsity: 98%, sweeps: 3, keep: faster", method: "nn-bcd");

        var result = project.Run();

        // Whether the first layer stays is a matter of time; whether the others are timed is not.
        (result.Models.Count == 1 || result.Diagnostics.Any(diagnostic => diagnostic.Code == "MOC2101")).ShouldBeTrue(
            string.Join(Environment.NewLine, result.Diagnostics)
        );
        result.Models.SelectMany(report => report.Times).Select(time => time.Layer).ShouldNotContain("deep");
    }

    private static OnnxModel ModelWithADenseTail() => new GraphBuilder()
        .Input("image", [-1, 4, 8, 8])
        .Conv("image", "hidden", 16, 4, [3, 3]).Node("Relu", ["hidden"], ["active"])
        .Conv("active", "deep", 16, 16, [3, 3]).Node("GlobalAveragePool", ["deep"], ["pooled"]).Node("Flatten", ["pooled"], ["features"])
        .Gemm("features", "fc1", 96, 16).Node("Relu", ["fc1"], ["r1"])
        .Gemm("r1", "fc2", 96, 96).Node("Relu", ["fc2"], ["r2"])
        .Gemm("r2", "scores", 5, 96).Output("scores", [-1, 5]).Build();
}
