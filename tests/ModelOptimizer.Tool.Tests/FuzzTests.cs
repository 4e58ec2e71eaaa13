using ModelOptimizer.Fuzz;

namespace ModelOptimizer.Tool.Tests;

/// <summary>The same few thousand damaged inputs in every run; <c>eng/fuzz</c> makes others.</summary>
public class FuzzTests
{
    [Theory]
    [InlineData("model", 1000)]
    [InlineData("manifest", 600)]
    [InlineData("data", 500)]
    [InlineData("lock", 40)]
    [InlineData("cache", 40)]
    [InlineData("report", 60)]
    [InlineData("build", 500)]
    [InlineData("project", 200)]
    [InlineData("evaluator", 100)]
    [InlineData("init", 40)]
    public void Damaged_input_is_one_error_with_a_code_and_leaves_nothing_behind(string kind, int count)
    {
        var findings = new Campaign(Campaigns.Kind(kind), seed: 1).Run(0, count).ToList();

        findings.Select(finding => $"{finding.Subject} --only {finding.Seed}:{finding.Index}: {finding.Kind} {finding.Detail}").ShouldBeEmpty();
    }

    // One that is refused as it is tells little when it is damaged.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inputs_are_good_before_they_are_damaged(string kind) =>
        new Campaign(Campaigns.Kind(kind), seed: 0).Plain().Where(plain => plain.End != Campaign.Accepted).Select(plain => plain.End).ShouldBeEmpty();

    public static TheoryData<string> Kinds() => [.. Campaigns.Kinds.Select(made => made().Name)];

    [Fact]
    public void Every_kind_is_tried() => Campaigns.Kinds.Select(made => made().Name)
        .ShouldBe(["model", "manifest", "data", "lock", "cache", "report", "build", "project", "evaluator", "init"]);
}
