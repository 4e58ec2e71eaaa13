using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

public class JointBootstrapTests
{
    [Fact]
    public void Bounds_Of_A_Root_Of_A_Mean_Are_Those_Of_The_Normal_Distribution_When_There_Are_Many_Samples()
    {
        var population = Population.Of("rmse", 0.2, size: 4000);
        var bootstrap = new JointBootstrap(population.All, (_, compressed) => compressed, 1);

        // By the delta method: √m with m the mean of the squares has the standard error of m over 2·√m.
        var squares = population.Compressed.Select(row => row[0]).ToArray();
        var mean = squares.Average();
        var error = Math.Sqrt(squares.Sum(square => (square - mean) * (square - mean)) / squares.Length / squares.Length) / (2 * Math.Sqrt(mean));
        bootstrap.Upper(0.95).ShouldBe(Math.Sqrt(mean) + (1.645 * error), 0.15 * error);
        bootstrap.Lower(0.95).ShouldBe(Math.Sqrt(mean) - (1.645 * error), 0.15 * error);
    }

    [Fact]
    public void Draws_Take_Samples_Of_Both_Models_Together()
    {
        // The same error added to both: its difference has no spread at all.
        double[][] original = [.. Enumerable.Range(0, 100).Select(i => new[] { 1 + Math.Sin(i), 1 })];
        double[][] compressed = [.. original.Select(row => new[] { row[0] + Math.Log(2), 1 })];
        var bootstrap = new JointBootstrap(new JointScores(new Perplexity(), original, compressed), (before, after) => after / before, 1);

        bootstrap.Lower(0.99).ShouldBe(2, 1e-12);
        bootstrap.Upper(0.99).ShouldBe(2, 1e-12);
    }

    [Fact]
    public void Same_Seed_Gives_The_Same_Bound()
    {
        var scores = Population.Of("auc", 0.5, size: 100).All;

        Upper(scores, 9).ShouldBe(Upper(scores, 9));
        Upper(scores, 9).ShouldNotBe(Upper(scores, 10));
    }

    [Fact]
    public void Too_Few_Samples_Bound_Nothing()
    {
        var scores = Population.Of("rmse", 0.5, size: StudentizedBootstrap.LeastSamples - 1).All;

        Upper(scores, 1).ShouldBe(double.PositiveInfinity);
        new JointBootstrap(scores, (original, compressed) => original - compressed, 1).Lower(0.95).ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void Draws_Without_A_Value_Count_Against_The_Model()
    {
        // One sample of class 1 in 60: more than a third of the draws miss it, and have no area under a curve.
        double[][] rows = [.. Enumerable.Range(0, 60).Select(i => new[] { i == 0 ? 1 : 0, Math.Sin(i) })];
        var scores = new JointScores(new AreaUnderCurve(), rows, rows);

        Upper(scores, 1).ShouldBe(double.PositiveInfinity);
        new JointBootstrap(scores, (_, compressed) => compressed, 1).Lower(0.95).ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void Unchanged_Predictions_Bound_The_Drop_Of_F1_By_Three_Lost_Samples()
    {
        // Two classes of 500: one lost sample of 1,000 costs F1 a thousandth, and none lost leaves three possible.
        double[][] rows = [.. Enumerable.Range(0, 1000).Select(i => new double[] { i % 2, i % 2 })];
        var scores = new JointScores(new MacroF1(), rows, rows);

        scores.Values.ShouldBe((1, 1));
        Upper(scores, 1).ShouldBe(0.003, 1e-4);
    }

    private static double Upper(JointScores scores, int seed) => new JointBootstrap(scores, (original, compressed) => original - compressed, seed).Upper(0.95);
}
