using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Results;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary><c>confirm:</c>, the last word on other samples, and the count of searches on the same ones.</summary>
public sealed class ConfirmTests
{
    private const string Searched = "budget: auto";

    [Fact]
    public void Gates_on_samples_are_decided_a_second_time_on_the_other_dataset()
    {
        using var project = Confirmed("cosine: { min: 60% }", "params: { max: 90% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(0);
        var gates = result.Models.ShouldHaveSingleItem().Gates;
        gates.Select(gate => (gate.Metric, gate.ConfirmedOn)).ShouldBe([("cosine", null), ("params", null), ("cosine", "last")]);
        gates.ShouldAllBe(gate => gate.Holds);
        gates[2].Measured.ShouldNotBe(gates[0].Measured, "other samples give another number");
        gates[2].Message.ShouldContain("on 'last'");
    }

    [Fact]
    public void A_model_that_is_not_confirmed_is_an_error_at_the_gates_line_and_is_not_written()
    {
        // A limit between what the two datasets give, with the better one first.
        using var project = Confirmed("mse: { max: 1e9 }");
        var measured = project.Run().Models.ShouldHaveSingleItem().Gates;
        File.Delete(project.Output);
        var (first, last) = (measured[0].Measured, measured[1].Measured);
        first.ShouldNotBe(last);
        var isFirstBetter = first < last;
        Swap(project, isFirstBetter, FormattableString.Invariant($"mse: {{ max: {(first + last) / 2:R} }}"));

        var result = project.Run();

        result.ExitCode.ShouldBe(1);
        var error = result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldHaveSingleItem();
        error.Message.ShouldContain($"on '{(isFirstBetter ? "last" : "test")}'");
        File.Exists(project.Output).ShouldBeFalse();
    }

    [Fact]
    public void Samples_are_not_spent_on_a_model_that_fails_already()
    {
        using var project = Confirmed("cosine: { min: 100% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(1);
        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldHaveSingleItem().Code.ShouldBe(GateCodes.Failed);
        var last = result.Models.ShouldHaveSingleItem().Gates[^1];
        (last.ConfirmedOn, last.Outcome, last.Measured).ShouldBe(("last", GateOutcome.NotMeasured, double.NaN));
    }

    [Theory]
    [InlineData("train.npz")]
    [InlineData("test.npz")]
    public void Samples_that_were_looked_at_confirm_nothing(string file)
    {
        using var project = Confirmed("cosine: { min: 1% }");
        Replace(project, "path: last.npz", $"path: {file}");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe(GateCodes.Overlap);
    }

    [Fact]
    public void The_dataset_of_the_gates_cannot_confirm_them()
    {
        using var project = Confirmed("cosine: { min: 1% }");
        Replace(project, "confirm: last", "confirm: test");

        var result = project.Run();

        result.ExitCode.ShouldBe(2);
        result.Diagnostics[^1].Message.ShouldContain("'confirm' is 'test', on which the gates are decided already");
    }

    [Fact]
    public void Without_a_gate_on_samples_there_is_nothing_to_confirm()
    {
        using var project = Confirmed("size: { max: 90% }");

        var result = project.Run();

        result.ExitCode.ShouldBe(2);
        result.Diagnostics[^1].Message.ShouldContain("'confirm: last' decides gates on metrics of a dataset once more, and the model has none");
    }

    [Fact]
    public void A_cached_model_is_confirmed_again()
    {
        using var project = Confirmed("cosine: { min: 60% }");
        project.Run(cached: true);
        File.Delete(project.Output);

        var report = project.Run(cached: true).Models.ShouldHaveSingleItem();

        report.FromCache.ShouldBe(true);
        report.Gates.Select(gate => (gate.ConfirmedOn, gate.Outcome)).ShouldBe([(null, GateOutcome.Passed), ("last", GateOutcome.Passed)]);
    }

    [Fact]
    public void A_search_does_not_see_the_samples_that_confirm()
    {
        using var project = Confirmed("cosine: { min: 90% }");
        Replace(project, "budget: { params: 60% }", Searched);

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Search.ShouldNotBeNull().Candidates.ShouldAllBe(candidate => candidate.Metrics.Single().Samples <= 64);
        report.Gates[^1].ConfirmedOn.ShouldBe("last");
    }

    [Fact]
    public void Searches_on_the_same_samples_are_counted_in_the_lock_file()
    {
        using var project = new SmallProject("cosine: { min: 90% }");
        Looks("cosine: { min: 90% }").ShouldBe(1);
        Looks("cosine: { min: 90% }").ShouldBe(1, "the same search is no other look");
        Looks("cosine: { min: 80% }").ShouldBe(2);
        project.Run(writeLock: true).Models.ShouldHaveSingleItem().Looks.ShouldBe(2, "what the lock file answers looks at nothing new");
        Looks("cosine: { min: 70% }").ShouldBe(3);
        Looks("cosine: { min: 70% }", step: "budget: { params: 60% }").ShouldBe(3, "no search");
        Looks("cosine: { min: 70% }", evaluation: "other.npz").ShouldBe(1, "other samples");

        int Looks(string gate, string step = Searched, string evaluation = "test.npz")
        {
            project.WriteImages("other.npz", 64, seed: 5);
            project.WriteManifest(gate, evaluation, step);
            return project.Run(writeLock: true).Models.ShouldHaveSingleItem().Looks;
        }
    }

    private static SmallProject Confirmed(params string[] gates)
    {
        var project = new SmallProject(string.Join("\n      - ", gates));
        project.WriteImages("last.npz", 80, seed: 3);
        Replace(project, "models:", "  last: { path: last.npz, inputs: { image: images } }\nmodels:");
        Replace(project, "evaluate: { dataset: test,", "evaluate: { dataset: test, confirm: last,");
        return project;
    }

    private static void Swap(SmallProject project, bool asIs, string gate)
    {
        Replace(project, "mse: { max: 1e9 }", gate);
        if (!asIs)
        {
            Replace(project, "dataset: test, confirm: last", "dataset: last, confirm: test");
        }
    }

    private static void Replace(SmallProject project, string text, string by)
    {
        var manifest = File.ReadAllText(project.Manifest);
        manifest.ShouldContain(text);
        File.WriteAllText(project.Manifest, manifest.Replace(text, by, StringComparison.Ordinal));
    }
}
