using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Search;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary><c>method: auto</c> writes the steps that somebody would who knows all methods.</summary>
public class AutoTests
{
    private const string Gate = "cosine: { min: 97% }";

    [Theory]
    [InlineData("", "quantize", "rate: auto, budget: auto", "")]
    [InlineData("budget: { shipped: 60% }", "quantize", "rate: auto, budget: { shipped: 60% }", "")]
    [InlineData("objective: size, budget: { size: 40% }", "quantize", "weights: auto, budget: { size: 40% }", "")]
    [InlineData("objective: size", "cp", "budget: auto, storage: stored", "- { method: quantize, weights: auto, budget: auto }")]
    public void It_comes_to_the_bytes_of_the_steps_that_it_stands_for(string options, string method, string step, string more)
    {
        using var project = new SmallProject(Gate);
        using var written = new SmallProject(Gate);
        project.WriteManifest(Gate, step: options, method: "auto");
        written.WriteManifest(Gate, step: step, method: method, more: more);

        var report = project.Run().Models.ShouldHaveSingleItem();
        written.Run();

        report.Gates.ShouldAllBe(verdict => verdict.Holds);
        report.After.Bytes.ShouldBeLessThan(report.Before.Bytes / 2);
        File.ReadAllBytes(project.Output).ShouldBe(File.ReadAllBytes(written.Output));
        // What shall be small is what the report shows.
        (report.After.Shipped is not null).ShouldBe(step.Contains("rate", StringComparison.Ordinal));
    }

    [Fact]
    public void Multiply_adds_become_few_by_the_factors_of_two_methods()
    {
        using var project = new SmallProject(Gate);
        using var written = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "objective: macs", method: "auto");
        written.WriteManifest(Gate, step: "budget: { macs: auto }", method: "cp", more: "- { method: tucker, budget: { macs: auto } }");

        var report = project.Run().Models.ShouldHaveSingleItem();
        written.Run();

        var macs = report.Search!.Candidates.Select(candidate => candidate.Cost.Macs!.Value).ToList();
        macs.ShouldBe(macs.Distinct().OrderDescending());
        macs[0].ShouldBeLessThan(report.Before.Macs!.Value);
        report.After.Macs.ShouldBe(macs[report.Search.Chosen!.Value - 1]);
        report.Search.Measure.ShouldBe(BudgetMeasure.Macs);
        File.ReadAllBytes(project.Output).ShouldBe(File.ReadAllBytes(written.Output));
    }

    [Fact]
    public void Time_becomes_little_where_chains_are_faster_and_the_lock_file_keeps_them()
    {
        using var project = new SmallProject(Gate);
        project.MakeSlow();
        project.WriteManifest(Gate, step: "objective: latency", method: "auto");

        var report = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        report.Search!.Measure.ShouldBe(BudgetMeasure.Latency);
        var times = report.Search.Candidates.Select(candidate => candidate.Cost.Nanoseconds!.Value).ToList();
        times.ShouldBe(times.Distinct().OrderDescending());
        times[0].ShouldBeLessThan(report.Search.Nanoseconds!.Value);
        // It does twenty times the work that its rank needs: no noise of a busy machine hides that.
        report.Steps.SelectMany(step => step.Layers).ShouldContain(layer => layer.Layer == "wide" && layer.SkipReason == null);
        report.Times.ShouldContain(time => time.Layer == "wide" && time.Ratio < 1);
        report.DecidedByTime.ShouldBeTrue();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Fact]
    public void Steps_that_make_different_things_small_are_one_error()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: auto", method: "cp", more: "- { method: tucker, budget: { macs: auto } }");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC1013");
        error.Message.ShouldContain("make one thing small");
    }

    [Fact]
    public void The_lock_file_keeps_what_it_decided()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "", method: "auto");
        project.Run(writeLock: true);
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);

        File.ReadAllBytes(project.Output).ShouldBe(bytes);
        LockFile.Read(project.Manifest).Find("small")!.Steps.ShouldHaveSingleItem();
    }

    [Fact]
    public void Every_candidate_is_healed_before_it_is_measured_and_the_lock_file_repeats_it()
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "heal: { steps: 5 }", method: "auto");

        var report = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        report.Steps.Select(step => step.Method).ShouldBe(["quantize", "distill"]);
        report.Search!.Candidates[report.Search.Chosen!.Value - 1].Metrics[0].Compressed.ShouldBe(report.Metrics[0].Compressed);
        report.Steps[1].Series.ShouldNotBeEmpty();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);
        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("budget: { size: 12% }", "MOC1308", "'budget' counts something else than 'objective', which is shipped unless written. Write the same in both.")]
    [InlineData("budget: { macs: auto }", "MOC1308", "'budget' counts something else than 'objective'")]
    [InlineData("budget: { shipped: 6% }, max-minutes: 5", "MOC1013", "'max-minutes' limits the search of the gates, and 'budget' says here how small")]
    [InlineData("heal: {}", "MOC1007", "'heal' needs one of steps, minutes. Write, for example, 'steps: 1000' or 'minutes: 5'")]
    [InlineData("heal: 1000", "MOC1008", "heal")]
    [InlineData("keep: faster", "MOC1005", "Unknown key 'keep' in a step of method 'auto'")]
    [InlineData("objective: latency, budget: { macs: auto }", "MOC1308", "'budget' counts something else than 'objective'")]
    [InlineData("objective: latency, budget: { latency: 80% }", "MOC1009", "auto")]
    [InlineData("objective: speed", "MOC1009", "shipped, size, macs, latency")]
    public void What_it_cannot_do_is_one_error_at_its_place(string options, string code, string text)
    {
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: options, method: "auto");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, error.Position!.Line).ShouldBe((code, SmallProject.StepLine));
        error.Message.ShouldContain(text);
    }

    [Fact]
    public void Without_a_gate_on_a_metric_nothing_would_stop_it()
    {
        using var project = new SmallProject("size: { max: 50% }");
        project.WriteManifest("size: { max: 50% }", step: "", method: "auto");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, error.Position!.Line).ShouldBe(("MOC1013", SmallProject.StepLine));
        error.Message.ShouldContain("no gate on a metric limits it");
    }
}
