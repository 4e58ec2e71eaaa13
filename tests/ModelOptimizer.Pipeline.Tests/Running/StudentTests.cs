using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class StudentTests
{
    private const string Gate = "size: { max: 100% }";

    [Fact]
    public void A_step_before_is_healed_and_a_lock_file_leads_to_the_same_bytes()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "ranks: 4, layers: [deep]", more: "- { method: opdf, epochs: 4, learning-rate: 1e-3 }");

        var result = project.Run(writeLock: true);

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps.Select(step => step.Method).ShouldBe(["tucker", "opdf"]);
        report.Steps[1].Series.ShouldContain(series => series.Y == "loss");
        report.Steps[1].Layers.ShouldAllBe(layer => layer.RelativeError > 0);
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models[0].Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void A_student_of_its_own_is_the_result_and_counts_in_cache_and_lock()
    {
        using var project = new SmallProject(Gate);
        var path = Path.Combine(project.Folder, "student.onnx");
        var student = Student();
        student.Save(path);
        project.WriteManifest(Gate, method: "distill", step: "student: student.onnx, epochs: 2");

        var first = project.Run(cached: true, writeLock: true);

        first.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        OnnxModel.Load(project.Output).Graph.Node.ShouldBe(student.Graph.Node);
        first.Models[0].After.Bytes.ShouldBeLessThan(first.Models[0].Before.Bytes);
        first.Inputs.ShouldContain(path);
        project.Run(cached: true).Models[0].FromCache.ShouldBe(true);

        WeightValues.Write(student.Graph.Initializer[0], GraphBuilder.Normal([.. student.Graph.Initializer[0].Dims], 0.3, 77));
        student.Save(path);
        var second = project.Run(cached: true);

        second.Models[0].FromCache.ShouldBe(false);
        second.Models[0].OutputSha256.ShouldNotBe(first.Models[0].OutputSha256);
        second.Diagnostics.ShouldContain(diagnostic => diagnostic.Message.Contains("the file student.onnx changed", StringComparison.Ordinal));
    }

    private static OnnxModel Student() => new GraphBuilder()
        .Input("image", [-1, 4, 8, 8])
        .Conv("image", "small", 6, 4, [3, 3]).Node("Relu", ["small"], ["active"])
        .Node("GlobalAveragePool", ["active"], ["pooled"]).Node("Flatten", ["pooled"], ["features"])
        .Gemm("features", "scores", 5, 6).Output("scores", [-1, 5]).Build();
}
