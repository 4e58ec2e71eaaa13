using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>
/// How often gates that are decided by a bootstrap pass at a true change of exactly their limit. docs/gates.md has the levels of longer simulations.
/// </summary>
public class BootstrapLevelTests
{
    private const int Samples = 200;
    private const int Draws = 300;

    /// <summary>What 300 draws of a rate of 5 % exceed in one of a hundred simulations.</summary>
    private const double Most = 0.08;

    [Theory]
    [InlineData("f1-macro", 0.02)]
    [InlineData("f1-macro", 0.3)]
    [InlineData("auc", 0.1)]
    [InlineData("auc", 0.5)]
    [InlineData("rmse", 0.2)]
    public void Gate_On_A_Metric_Of_All_Samples_Seldom_Passes_When_The_True_Change_Is_The_Limit(string metric, double change)
    {
        var population = Population.Of(metric, change);
        var (original, compressed) = population.All.Values;

        Rate(population, Math.Abs(original - compressed), false).ShouldBeLessThanOrEqualTo(Most);
    }

    [Fact]
    public void Gate_On_A_Share_Of_The_Originals_Value_Seldom_Passes_When_The_True_Change_Is_The_Limit()
    {
        var population = Population.Of("rmse", 0.2);
        var (original, compressed) = population.All.Values;

        Rate(population, (compressed - original) / original, true).ShouldBeLessThanOrEqualTo(Most);
    }

    private static double Rate(Population population, double limit, bool isShare)
    {
        var random = new Random(1);
        return Enumerable.Range(0, Draws).Count(_ => Passes(population.Metric, limit, isShare, population.Draw(Samples, random))) / (double)Draws;
    }

    private static bool Passes(string name, double limit, bool isShare, JointScores scores)
    {
        var metric = MetricCatalogue.All.Single(candidate => candidate.Name == name);
        var bound = metric.MoreIsBetter ? "max-drop" : "max-rise";
        var gate = Given.Gate($"{name} {bound} 1%") with { Limit = new Quantity(limit, isShare || metric.IsBounded, "the true change") };
        return GateKeeper
                .Decide(
                    gate,
                    Given.Evidence() with
                    {
                        Evaluation = new EvaluationResult(scores.Samples, [new MetricScores(metric, [], []) { Joint = scores }]),
                    }
                )
                .Outcome == GateOutcome.Passed;
    }
}
