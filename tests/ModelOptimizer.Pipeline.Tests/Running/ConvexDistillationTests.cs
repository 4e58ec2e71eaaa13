using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class ConvexDistillationTests
{
    private const string Gate = "cosine: { min: 1% }";

    [Theory]
    [InlineData("block: stage2, width: 4")]
    [InlineData("block: { from: b.out, to: d.out }, width: 4, gates: teacher")]
    [InlineData("blocks: auto, width: 3, inputs: sequential")]
    [InlineData("width: 4, solver: gradient, epochs: 20")]
    public void Blocks_are_replaced_and_a_lock_file_leads_to_the_same_bytes(string step)
    {
        using var project = Project(step);

        var result = project.Run(writeLock: true);

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps[0].Layers.ShouldContain(layer => layer.Layer == "stage2" && layer.Ranks.Count == 1 && layer.RelativeError > 0);
        report.After.Bytes.ShouldBeLessThan(report.Before.Bytes);
        OnnxValidator.Check(OnnxModel.Load(project.Output)).ShouldBeEmpty();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models[0].Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("gated", "polish: 2%, mixing: 0.9, certificate: { max-gap: 1e-5 }")]
    [InlineData("relu", "certificate: { max-gap: 0.01% }")]
    public void A_head_is_replaced_with_a_certificate_and_a_lock_file_leads_to_the_same_bytes(string form, string more)
    {
        using var project = Head($"block: head, width: 8, penalty: 60%, form: {form}, {more}");

        var result = project.Run(writeLock: true);

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps[0].Layers.ShouldHaveSingleItem().Ranks.ShouldBe([8]);
        report.Steps[0].Certificates[0].Name.ShouldBe("duality gap");
        report.Steps[0].Certificates.ShouldAllBe(certificate => certificate.Value <= 1e-4);
        report.After.Bytes.ShouldBeLessThan(report.Before.Bytes);
        OnnxValidator.Check(OnnxModel.Load(project.Output)).ShouldBeEmpty();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models[0].Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void A_certificate_that_does_not_hold_fails_the_run_at_its_line()
    {
        using var project = Head("block: head, width: 8, iterations: 3, certificate: { max-gap: 1e-9 }");

        var result = project.Run();

        var error = result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        (error.Code, error.Position!.Line).ShouldBe(("MOC4007", SmallProject.StepLine));
        result.ExitCode.ShouldBe(ExitCode.GateFailed);
        File.Exists(project.Output).ShouldBeFalse();
    }

    [Fact]
    public void A_later_step_sees_the_students_layers()
    {
        using var project = Project("width: 8", "- { method: tucker, layers: [d.out_features], ranks: [4, 4] }");

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Steps[1].Layers.ShouldHaveSingleItem().Ranks.ShouldBe([4, 4]);
    }

    [Fact]
    public void What_a_student_lost_can_be_trained_and_its_gates_stay()
    {
        // Random images teach nothing that holds for others: with more of them, some would be held back and say so.
        const int Samples = 60;
        using var project = new SmallProject(Gate);
        ResidualNetwork.Create(channels: 4).Save(Path.Combine(project.Folder, "model.onnx"));
        const string Train = "- { method: distill, augment: none, epochs: 40, learning-rate: 1e-3, layers: [d.out_features, d.out_mixer] }";
        project.WriteManifest(Gate, step: "width: 4", method: "convex-distillation", more: Train, samples: Samples);

        var report = project.Run().Models.ShouldHaveSingleItem();
        var trained = Weights(project);
        project.WriteManifest(Gate, step: "width: 4", method: "convex-distillation", samples: Samples);
        project.Run();
        var fitted = Weights(project);

        report.Steps[1].Layers.Single(layer => layer.Layer == "d.out_features").RelativeError!.Value.ShouldBeGreaterThan(0);
        var gates = trained.Length / 2;
        trained[..gates].ShouldBe(fitted[..gates]);
        trained[gates..].ShouldNotBe(fitted[gates..]);
    }

    [Fact]
    public void A_block_is_timed_when_speed_is_asked_for()
    {
        using var project = Project("width: 2, keep: faster");

        var result = project.Run();

        // Whether it stays is a matter of time.
        (result.Models.Count == 1 || result.Diagnostics.Any(diagnostic => diagnostic.Code == "MOC2101")).ShouldBeTrue(
            string.Join(Environment.NewLine, result.Diagnostics)
        );
        result.Models.ShouldAllBe(report => report.Times.Count == 1 && report.Times[0].Layer == "stage2");
    }

    [Fact]
    public void A_block_that_is_none_is_an_error_at_its_line()
    {
        using var project = Project("block: { from: image, to: a.r }");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, error.Position!.Line).ShouldBe(("MOC2109", SmallProject.StepLine));
    }

    private static double[] Weights(SmallProject project) =>
        WeightValues.ReadDoubles(OnnxModel.Load(project.Output).Graph.Initializer.Single(tensor => tensor.Name == "d.out_features_weight"));

    private static SmallProject Head(string step)
    {
        var project = new SmallProject(Gate);
        new GraphBuilder().Input("image", [-1, 4, 8, 8]).Node("Flatten", ["image"], ["flat"])
            .Gemm("flat", "hidden", 32, 256).Node("Relu", ["hidden"], ["active"]).Gemm("active", "scores", 5, 32).Output("scores", [-1, 5])
            .Build().Save(Path.Combine(project.Folder, "model.onnx"));
        project.WriteManifest(Gate, step: step, method: "convex-distillation");
        return project;
    }

    private static SmallProject Project(string step, string more = "")
    {
        var project = new SmallProject(Gate);
        ResidualNetwork.Create(channels: 4).Save(Path.Combine(project.Folder, "model.onnx"));
        project.WriteManifest(Gate, step: step, method: "convex-distillation", more: more);
        return project;
    }
}
