namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>
/// Scenarios that share their builds. Each is a method of a class beside this one, has projects of its own, and may be run alone:
/// <c>--filter DisplayName~A_Lost_Output</c>.
/// </summary>
public sealed class Together(TogetherRun run) : IClassFixture<TogetherRun>
{
    public static TheoryData<ScenarioName> Scenarios => [.. Catalogue.Names.Select(name => new ScenarioName(name))];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Goes_Well(ScenarioName scenario) => run.ShouldHaveSucceeded($"{scenario}");
}
