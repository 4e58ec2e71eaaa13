using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Search;

public class GateSearchTests
{
    private const string Auto = "budget: auto";

    [Fact]
    public void Candidates_become_smaller_until_one_does_not_pass_and_the_last_that_did_is_taken()
    {
        using var project = Project("cosine: { min: 98% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(0);
        var report = result.Models.ShouldHaveSingleItem();
        var search = report.Search.ShouldNotBeNull();
        report.Decisions.ShouldBe(DecisionSource.Search);
        report.DecidedByTime.ShouldBeFalse();
        search.Candidates.Select(candidate => candidate.Cost.Bytes).ShouldBeInOrder(SortDirection.Descending);
        search.Candidates.Select(candidate => candidate.Forecast).ShouldBeInOrder(SortDirection.Ascending);
        search.Candidates.SkipLast(1).ShouldAllBe(candidate => candidate.Passes && candidate.Samples == 64);
        search.Candidates[^1].Passes.ShouldBeFalse();
        var chosen = search.Candidates[^2];
        search.Chosen.ShouldBe(chosen.Number);
        chosen.Cost.Bytes.ShouldBe(new FileInfo(project.Output).Length);
        report.Metrics.Single().Compressed.ShouldBeGreaterThanOrEqualTo(0.98);
    }

    [Fact]
    public void Gates_say_where_the_list_ends_and_nothing_else_of_it()
    {
        using var loose = Project("cosine: { min: 90% }");
        using var strict = Project("cosine: { min: 99% }\n      - mse: { max: 0.1 }");

        var (longer, shorter) = (loose.Run().Models[0].Search!.Candidates, strict.Run().Models[0].Search!.Candidates);

        longer.Count.ShouldBeGreaterThan(shorter.Count);
        longer.Take(shorter.Count).Select(candidate => candidate.Cost).ShouldBe(shorter.Select(candidate => candidate.Cost));
    }

    [Fact]
    public void The_search_begins_no_candidate_when_its_time_is_over_and_says_so()
    {
        using var project = Project("cosine: { min: 50% }", Auto + ", max-minutes: 0.001");

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Search!.Chosen.ShouldBe(report.Search.Candidates.Count);
        report.Search.IsOutOfTime.ShouldBeTrue();
        report.DecidedByTime.ShouldBeTrue();
    }

    [Fact]
    public void Two_searches_with_one_seed_write_the_same_bytes()
    {
        using var first = Project("cosine: { min: 98% }");
        using var second = Project("cosine: { min: 98% }");
        first.Run();
        second.Run();

        File.ReadAllBytes(second.Output).ShouldBe(File.ReadAllBytes(first.Output));
    }

    [Fact]
    public void The_cap_on_evaluations_holds()
    {
        using var project = Project("cosine: { min: 98% }", Auto + ", max-evaluations: 5");

        var search = project.Run().Models[0].Search!;

        search.Predicted.ShouldBeInRange(4, 5);
        search.Candidates.Count.ShouldBeLessThanOrEqualTo(search.Predicted);
        search.Most.ShouldBe(5);
    }

    [Fact]
    public void Every_candidate_is_told_while_the_search_runs_after_a_forecast()
    {
        using var project = Project("cosine: { min: 98% }");
        var observer = new RecordingObserver();

        var search = project.Run(observer).Models[0].Search!;

        var said = observer.Messages.Where(message => message.StartsWith("small: ", StringComparison.Ordinal)).ToList();
        said[0].ShouldContain($"at most {search.Predicted} candidates of falling size, until one does not pass; an evaluation of 64 samples takes");
        said.Count.ShouldBe(1 + search.Candidates.Count);
        foreach (var (line, candidate) in said.Skip(1).Zip(search.Candidates))
        {
            line.ShouldStartWith($"small: candidate {candidate.Number}: ");
            line.ShouldContain(candidate.Passes ? "passes" : "fails 'cosine: { min: 98% }'");
        }
    }

    [Fact]
    public void When_the_first_candidate_fails_the_error_says_how_and_nothing_is_written()
    {
        using var project = Project("cosine: { min: 100% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(1);
        File.Exists(project.Output).ShouldBeFalse();
        var error = result.Diagnostics.Single(diagnostic => diagnostic.Code == GateCodes.NothingPasses);
        error.Position!.Line.ShouldBe(SmallProject.StepLine);
        var first = result.Models[0].Search!.Candidates.ShouldHaveSingleItem();
        error.Message.ShouldContain($"has {Figures.Ratio(first.Cost.Bytes, result.Models[0].Before.Bytes)} of its bytes and fails 'cosine: {{ min: 100% }}'.");
        result.Models[0].Search!.Chosen.ShouldBeNull();
    }

    [Theory]
    [InlineData("size: { max: 50% }")]
    [InlineData("cosine: { min: 90%, severity: warning }")]
    public void A_search_without_a_gate_on_a_metric_is_refused(string gate)
    {
        using var project = Project(gate);

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC1013");
        error.Position!.Line.ShouldBe(SmallProject.StepLine);
    }

    [Fact]
    public void A_model_whose_layers_cannot_become_smaller_is_one_clear_error()
    {
        using var project = Project("cosine: { min: 98% }");
        new GraphBuilder()
            .Input("image", [-1, 4, 8, 8])
            .Node("GlobalAveragePool", ["image"], ["pooled"])
            .Node("Flatten", ["pooled"], ["features"])
            .Gemm("features", "scores", 2, 4)
            .Output("scores", [-1, 2])
            .Build()
            .Save(Path.Combine(project.Folder, "model.onnx"));

        var result = project.Run();

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe("MOC2101");
    }

    [Fact]
    public void Several_gates_hold_at_once()
    {
        using var project = Project("cosine: { min: 97% }\n      - mse: { max: 0.05 }\n      - agreement: { min: 80% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(0);
        result.Models[0].Gates.Count.ShouldBe(3);
        result.Models[0].Gates.ShouldAllBe(verdict => verdict.Outcome == GateOutcome.Passed);
    }

    [Fact]
    public void Curves_are_kept_for_another_gate_and_lead_to_the_same_bytes()
    {
        using var fresh = Project("cosine: { min: 98% }");
        fresh.Run();
        using var project = Project("cosine: { min: 90% }");
        project.Run(cached: true);
        var blobs = Directory.GetDirectories(Path.Combine(project.Cache, "blobs"));
        project.WriteManifest("cosine: { min: 98% }", step: Auto);

        project.Run(cached: true).Models[0].FromCache.ShouldBe(false);

        blobs.Length.ShouldBeGreaterThanOrEqualTo(3);
        Directory.GetDirectories(Path.Combine(project.Cache, "blobs")).ShouldBe(blobs, ignoreOrder: true);
        File.ReadAllBytes(project.Output).ShouldBe(File.ReadAllBytes(fresh.Output));
    }

    [Fact]
    public void Several_steps_are_searched_together_and_the_lock_file_replays_them()
    {
        const string Gate = "cosine: { min: 97% }";
        using var alone = Project(Gate);
        using var project = Project(Gate);
        project.WriteManifest(Gate, step: Auto, more: "- { method: cp, budget: auto }");

        var report = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        report.Steps.Select(step => step.Method).ShouldBe(["tucker", "cp"]);
        report.Gates.ShouldAllBe(verdict => verdict.Holds);
        // Every layer is changed once at most, and more to choose from does no harm.
        report.Steps.SelectMany(step => step.Layers).Where(layer => layer.Choice is not Choice.Keep).Select(layer => layer.Layer).ShouldBeUnique();
        report.After.Bytes.ShouldBeLessThanOrEqualTo((long)(1.02 * alone.Run().Models[0].After.Bytes));
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);

        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    private static SmallProject Project(string gates, string step = Auto)
    {
        var project = new SmallProject(gates);
        project.WriteManifest(gates, step: step);
        return project;
    }
}
