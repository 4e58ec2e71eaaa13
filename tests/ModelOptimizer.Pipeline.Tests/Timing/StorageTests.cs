using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Results;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Tests.Timing;

public class StorageTests
{
    private const string Gate = "cosine: { min: 1% }";

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void Stored_layers_run_as_the_original_and_the_lock_file_says_so(string method)
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: { size: 60% }, storage: stored", method: method);

        var report = project.Run(writeLock: true, cached: true).Models.ShouldHaveSingleItem();

        (report.After.Macs, report.DecidedByTime, report.Times.Count).ShouldBe((report.Before.Macs, false, 0));
        report.After.Bytes.ShouldBeLessThanOrEqualTo((long)(0.6 * report.Before.Bytes));
        report.Steps[0].Layers.Count(layer => layer.IsStored).ShouldBeGreaterThan(0);
        File.ReadAllText(project.Lock).ShouldContain("{ \"stored\": [");
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models[0].Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void The_cache_tells_the_forms_apart()
    {
        using var project = new SmallProject(Gate);
        foreach (var storage in new[] { "chain", "stored" })
        {
            project.WriteManifest(Gate, step: $"ranks: 4, storage: {storage}");

            var report = project.Run(cached: true).Models.ShouldHaveSingleItem();

            (report.FromCache, report.Steps[0].Layers.Any(layer => layer.IsStored)).ShouldBe((false, storage == "stored"));
        }
    }

    [Fact]
    public void With_auto_a_chain_stays_where_it_measured_faster()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "ranks: 12, storage: auto", more: "- { method: quantize, weights: 8 }");

        var report = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        report.DecidedByTime.ShouldBeTrue();
        foreach (var layer in report.Steps[0].Layers.Where(layer => layer.SkipReason is null))
        {
            var time = report.Times.Single(time => time.Layer == layer.Layer);
            (layer.IsStored, time.Stored, time.Reverted).ShouldBe((time.Ratio >= 1, time.Ratio >= 1, false));
        }

        // The step behind it took the layers as they came out.
        report.Steps[1].Layers.ShouldAllBe(layer => layer.Bits == 8 || layer.SkipReason != null);
        report.Steps[1].Layers.Count(layer => layer.Bits == 8).ShouldBeGreaterThan(2);
        var bytes = File.ReadAllBytes(project.Output);
        var replayed = project.Run().Models[0];
        replayed.DecidedByTime.ShouldBeFalse();
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void A_search_stores_what_it_chooses()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: auto, storage: stored, max-evaluations: 8");

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Steps[0].Layers.Where(layer => layer.SkipReason is null).ShouldAllBe(layer => layer.IsStored);
        var model = OnnxModel.Load(project.Output);
        LoadedGraph.StillComputed(model, LoadedGraph.LoadTimeTensors(model)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ranks: 4, storage: stored, keep: faster", "'keep: faster'")]
    [InlineData("ranks: 4, storage: auto, keep: faster", "'keep: faster'")]
    [InlineData("budget: { macs: 50% }, storage: stored", "'storage'")]
    [InlineData("budget: { macs: 50% }, storage: auto", "'storage'")]
    public void Speed_cannot_be_asked_of_what_runs_as_before(string step, string key)
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: step);

        var error = project.Run().Diagnostics.ShouldHaveSingleItem();

        (error.Code, error.Position!.Line).ShouldBe(("MOC1013", SmallProject.StepLine));
        error.Message.ShouldStartWith(key);
    }
}
