using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Locking;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class QuantizeTests
{
    [Fact]
    public void A_lock_file_keeps_the_bits_and_a_build_comes_to_the_same_bytes()
    {
        using var project = new SmallProject("cosine: { min: 90% }");
        project.WriteManifest("cosine: { min: 90% }", step: "weights: { \"*\": 4, scores: ternary }", method: "quantize");
        var first = project.Run(writeLock: true).Models.ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var again = project.Run().Models.ShouldHaveSingleItem();

        first.Steps[0].Layers.Select(layer => layer.ChosenText).ShouldBe(["4 bits", "4 bits", "ternary"]);
        again.Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
        LockFile
            .Read(project.Manifest)
            .Find("small")!
            .Steps[0]
            .Layers.ShouldBe(
                new Dictionary<string, Choice>
                {
                    ["hidden"] = new Choice.Bits(4),
                    ["deep"] = new Choice.Bits(4),
                    ["scores"] = new Choice.Bits(1),
                }
            );
    }

    [Fact]
    public void A_rate_is_kept_as_steps_and_a_build_comes_to_the_same_bytes()
    {
        using var project = new SmallProject("cosine: { min: 90% }");
        project.WriteManifest("cosine: { min: 90% }", step: "rate: 3", method: "quantize");
        var first = project.Run(writeLock: true).Models.ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var again = project.Run().Models.ShouldHaveSingleItem();

        again.Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
        first.Steps[0].Certificates.Select(change => change.Name).ShouldBe(["forecast change of the outputs", "change of the outputs"]);
        LockFile.Read(project.Manifest).Find("small")!.Steps[0].Layers.Values.ShouldAllBe(choice => choice is Choice.Step);
    }

    [Fact]
    public void It_follows_another_method_under_the_moments_of_what_that_made()
    {
        using var project = new SmallProject("cosine: { min: 50% }");
        project.WriteManifest("cosine: { min: 50% }", step: "ranks: 50%", more: "- { method: quantize, weights: 8 }");

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Steps[0].Layers.Count(layer => layer.SkipReason is null).ShouldBeGreaterThan(0);
        report.Steps[1].Layers.Count(layer => layer.Bits == 8).ShouldBeGreaterThan(report.Steps[0].Layers.Count(layer => layer.SkipReason is null));
        report.After.Bytes.ShouldBeLessThan(report.Before.Bytes / 2);
    }
}
