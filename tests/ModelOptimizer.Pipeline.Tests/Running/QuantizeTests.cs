using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Locking;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class QuantizeTests
{
    [Fact]
    public void A_lock_file_keeps_the_bits_and_a_build_comes_to_the_same_bytes()
    {
        using var project = new SmallProject("cosine: { min: 90% }");
        project.WriteManifest("cosine: { min: 90% }", step: "weights: { \"*\": 4, deep: ternary }", method: "quantize");
        var first = project.Run(writeLock: true).Models.ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var again = project.Run().Models.ShouldHaveSingleItem();

        first.Steps[0].Layers.Select(layer => layer.ChosenText).ShouldBe(["4 bits", "ternary", "4 bits"]);
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
                    ["deep"] = new Choice.Bits(1),
                    ["scores"] = new Choice.Bits(4),
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

    [Theory]
    [InlineData("weights: auto", "MOC1303", "'weights' is auto, and nothing says how small the model shall become. Add 'budget: { size: 15% }'")]
    [InlineData("weights: 4, budget: { size: 20% }", "MOC1308", "'budget' is shared out by 'weights: auto' or 'rate: auto', and this step says itself how many bits")]
    [InlineData("budget: { size: 20% }", "MOC1308", "'budget' is shared out by 'weights: auto'")]
    [InlineData("weights: { \"*\": auto, deep: 8 }, budget: { size: 20% }", "MOC1009", "Write a step with bits for the others before it")]
    [InlineData("weights: auto, budget: { params: 20% }", "MOC1005", "Unknown key 'params' in 'budget'. It can have: size, shipped.")]
    [InlineData("weights: auto, budget: { size: 20% }, max-evaluations: 9", "MOC1013", "this step has none")]
    [InlineData("rate: auto, budget: { shipped: 1% }", "MOC2102", "shipped bytes is below what was reached")]
    [InlineData("rate: 2, weights: 4", "MOC1013", "'weights' and 'rate' exclude each other")]
    [InlineData("rate: 9", "MOC1009", "'rate' expects a number from 0.1 to 8; found 9")]
    [InlineData("weights: auto, budget: { size: 1% }", "MOC2102", "with every selected layer at its fewest bits")]
    public void What_does_not_go_with_a_budget_is_one_error_that_says_what_to_write(string step, string code, string text)
    {
        using var project = new SmallProject("cosine: { min: 90% }");
        project.WriteManifest("cosine: { min: 90% }", step: step, method: "quantize");

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Message.ShouldContain(text);
        error.Code.ShouldBe(code);
        error.Position!.Line.ShouldBe(SmallProject.StepLine);
    }

    [Fact]
    public void Bits_are_searched_and_the_lock_file_replays_them()
    {
        using var project = new SmallProject("cosine: { min: 99% }");
        project.WriteManifest("cosine: { min: 99% }", step: "weights: auto, budget: auto", method: "quantize");

        var report = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        report.Decisions.ShouldBe(DecisionSource.Search);
        report.Gates.ShouldAllBe(verdict => verdict.Holds);
        report.Steps[0].Layers.ShouldContain(layer => layer.Bits < 8);
        var search = report.Search.ShouldNotBeNull();
        search.Candidates[search.Chosen!.Value - 1].Cost.Bytes.ShouldBe(new FileInfo(project.Output).Length);
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);

        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    [Fact]
    public void A_rate_is_searched_by_what_is_shipped_and_the_lock_file_replays_it()
    {
        const string Gates = "cosine: { min: 99% }\n      - shipped: { max: 90% }";
        using var bits = new SmallProject("cosine: { min: 99% }");
        bits.WriteManifest(Gates, step: "weights: auto, budget: auto", method: "quantize");
        using var project = new SmallProject("cosine: { min: 99% }");
        project.WriteManifest(Gates, step: "rate: auto, budget: auto", method: "quantize");
        var observer = new RecordingObserver();

        var report = project.Run(observer, writeLock: true).Models.ShouldHaveSingleItem();

        report.Decisions.ShouldBe(DecisionSource.Search);
        report.Gates.ShouldAllBe(verdict => verdict.Holds);
        observer.Messages.ShouldContain(message => message.Contains(" shipped (", StringComparison.Ordinal));
        var search = report.Search.ShouldNotBeNull();
        search.Candidates[search.Chosen!.Value - 1].Cost.Shipped.ShouldBe(report.After.Shipped);
        search.Candidates.Where(candidate => candidate.Passes).ShouldAllBe(candidate => candidate.Cost.Shipped >= report.After.Shipped);
        report.After.Shipped!.Value.ShouldBeLessThanOrEqualTo(bits.Run().Models[0].After.Shipped!.Value);
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);

        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    [Fact]
    public void Ranks_and_bits_are_searched_under_one_budget_and_the_lock_file_replays_both()
    {
        const string Gate = "cosine: { min: 95% }";
        using var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: auto", method: "cp", more: "- { method: quantize, weights: auto, budget: auto }");
        var observer = new RecordingObserver();

        var report = project.Run(observer, writeLock: true).Models.ShouldHaveSingleItem();

        report.Steps.Select(step => step.Method).ShouldBe(["cp", "quantize"]);
        report.Gates.ShouldAllBe(verdict => verdict.Holds);
        report.After.Bytes.ShouldBe(new FileInfo(project.Output).Length);
        report.Search!.Candidates.Where(candidate => candidate.Passes).Min(candidate => candidate.Cost.Bytes).ShouldBe(report.After.Bytes);
        observer.Messages.ShouldContain(message => message.Contains("cp of ", StringComparison.Ordinal) && message.Contains(" bits (", StringComparison.Ordinal));
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);

        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    [Fact]
    public void Factors_are_rounded_where_ranks_and_bits_together_are_smallest()
    {
        // A weight that is a product of thin ones: few ranks lose nothing, few bits do.
        const string Gate = "cosine: { min: 99% }";
        using var project = new SmallProject(Gate);
        project.MakeLowRank();
        project.WriteManifest(Gate, step: "budget: auto", method: "cp", more: "- { method: quantize, weights: auto, budget: auto }");

        var report = project.Run().Models.ShouldHaveSingleItem();

        var factored = report.Steps[0].Layers.Where(layer => layer.Choice is Choice.Ranks).Select(layer => layer.Layer).ToList();
        factored.ShouldContain("wide");
        report.Steps[1].Layers.Count(layer => layer.Layer.StartsWith("wide", StringComparison.Ordinal) && layer.Bits is not null).ShouldBeGreaterThan(1);
        report.Gates.ShouldAllBe(verdict => verdict.Holds);
    }
}
