using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Metrics;

public class MetricTests
{
    [Theory]
    [InlineData("top1", new[] { 1.0, 3, 2 }, 1, 1)]
    [InlineData("top1", new[] { 1.0, 3, 2 }, 2, 0)]
    [InlineData("top1", new[] { 3.0, 3, 2 }, 0, 1)]
    [InlineData("top1", new[] { 3.0, 3, 2 }, 1, 0)]
    [InlineData("top1", new[] { 1.0, double.PositiveInfinity, 2 }, 1, 1)]
    [InlineData("top1", new[] { 1.0, double.NaN, 2 }, 2, double.NaN)]
    [InlineData("top1", new[] { 1.0, 3, 2 }, 3, double.NaN)]
    [InlineData("top1", new[] { 1.0, 3, 2 }, -1, double.NaN)]
    [InlineData("top5", new[] { 6.0, 5, 4, 3, 2, 1 }, 4, 1)]
    [InlineData("top5", new[] { 6.0, 5, 4, 3, 2, 1 }, 5, 0)]
    [InlineData("top5", new[] { 1.0, 1, 1, 1, 1, 1, 2 }, 4, 0)]
    [InlineData("top5", new[] { 1.0, 1, 1, 1, 1, 1, 2 }, 3, 1)]
    public void Top_K_Is_Right_When_The_Label_Is_Among_The_Greatest(string name, double[] output, long label, double expected) =>
        Of(name).Score(new MetricSample(output, [], [label])).ShouldBe(expected);

    [Theory]
    [InlineData("agreement", new[] { 1.0, 2 }, new[] { 5.0, 6 }, 1)]
    [InlineData("agreement", new[] { 2.0, 1 }, new[] { 5.0, 6 }, 0)]
    [InlineData("agreement", new[] { 2.0, 2 }, new[] { 6.0, 5 }, 1)]
    [InlineData("agreement", new[] { 2.0, 2 }, new[] { 5.0, 6 }, 0)]
    [InlineData("agreement", new[] { 2.0, double.NaN }, new[] { 6.0, 5 }, double.NaN)]
    [InlineData("agreement", new[] { 2.0, 1 }, new[] { double.NaN, 5 }, double.NaN)]
    [InlineData("mse", new[] { 1.0, 2 }, new[] { 4.0, 2 }, 4.5)]
    [InlineData("mse", new[] { 1.0, 2 }, new[] { 1.0, 2 }, 0)]
    [InlineData("mse", new[] { 1.0, double.NaN }, new[] { 1.0, 2 }, double.NaN)]
    [InlineData("cosine", new[] { 3.0, 4 }, new[] { 6.0, 8 }, 1)]
    [InlineData("cosine", new[] { 1.0, 0 }, new[] { 1.0, 1 }, 0.70710678118654757)]
    [InlineData("cosine", new[] { 1.0, 0 }, new[] { -2.0, 0 }, -1)]
    [InlineData("cosine", new[] { 0.0, 0 }, new[] { 0.0, 0 }, 1)]
    [InlineData("cosine", new[] { 0.0, 0 }, new[] { 1.0, 0 }, 0)]
    [InlineData("cosine", new[] { 0.0, 0 }, new[] { double.NaN, 0 }, double.NaN)]
    [InlineData("cosine", new[] { 1.0, double.NaN }, new[] { 1.0, 0 }, double.NaN)]
    public void Fidelity_Compares_With_The_Original(string name, double[] output, double[] reference, double expected) =>
        Math.Round(Of(name).Score(new MetricSample(output, reference, [])), 14).ShouldBe(Math.Round(expected, 14));

    [Fact]
    public void Same_Outputs_Have_The_Perfect_Score()
    {
        double[] output = [0.1, -3.7, 1e-3, 12.9, 5, 0];
        foreach (var metric in MetricCatalogue.All.Where(metric => metric.IsFidelity).Cast<ISampleMetric>())
        {
            metric.Score(new MetricSample(output, output, [])).ShouldBe(metric.Perfect, metric.Name);
        }
    }

    [Theory]
    [InlineData(new[] { 1.0, 2 }, new[] { 4.0, 2 }, 1.5)]
    [InlineData(new[] { 1.0 }, new[] { -1.5 }, 2.5)]
    [InlineData(new[] { double.NaN }, new[] { 1.0 }, double.NaN)]
    public void Mae_Is_The_Mean_Distance_From_The_Labels(double[] output, double[] targets, double expected) =>
        Of("mae").Score(new MetricSample(output, [], targets)).ShouldBe(expected);

    [Fact]
    public void Names_Are_Unique_And_Found()
    {
        MetricCatalogue.All.Select(metric => metric.Name).ShouldBe(
            ["top1", "top5", "f1-micro", "f1-macro", "auc", "mae", "rmse", "r2", "psnr", "perplexity", "agreement", "cosine", "mse"]);
        MetricCatalogue.All.Count(metric => MetricCatalogue.TryGet(metric.Name, out var found) && found == metric).ShouldBe(MetricCatalogue.All.Count);
    }

    [Theory]
    [InlineData("top2", true)]
    [InlineData("top1000", true)]
    [InlineData("top0", false)]
    [InlineData("top-1", false)]
    [InlineData("top+1", false)]
    [InlineData("top 1", false)]
    [InlineData("top01", false)]
    [InlineData("top", false)]
    [InlineData("topk", false)]
    [InlineData("top99999999999", false)]
    [InlineData("top2147483647", false)]
    [InlineData("f1", false)]
    public void Top_K_Exists_For_Any_K(string name, bool exists)
    {
        MetricCatalogue.TryGet(name, out var metric).ShouldBe(exists);
        metric?.Name.ShouldBe(name);
    }

    private static ISampleMetric Of(string name) => MetricCatalogue.TryGet(name, out var metric) ? (ISampleMetric)metric : throw new ArgumentException(name);
}
