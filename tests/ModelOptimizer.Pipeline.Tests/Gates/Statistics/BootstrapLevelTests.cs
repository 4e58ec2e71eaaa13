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
    [InlineData("f1-macro", 0.02, false)]
    [InlineData("f1-macro", 0.3, false)]
    [InlineData("auc", 0.1, false)]
    [InlineData("auc", 0.5, false)]
    [InlineData("rmse", 0.2, false)]
    [InlineData("rmse", 0.2, true)]
    public void Gate_On_A_Metric_Of_All_Samples_Seldom_Passes_When_The_True_Change_Is_The_Limit(string metric, double change, bool isShare) =>
        BootstrapLevel.Rate(metric, change, isShare, Samples, Draws).ShouldBeLessThanOrEqualTo(Most);
}
