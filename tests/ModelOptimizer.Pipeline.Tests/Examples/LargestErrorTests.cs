using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Examples;

/// <summary>CONTRIBUTING.md's metric.</summary>
public class LargestErrorTests
{
    [Fact]
    public void The_Largest_Difference_Counts() => new LargestError().Score(new MetricSample([1, -4, 2], [], [1, 1, 0])).ShouldBe(5);

    [Fact]
    public void Labels_Of_Another_Length_Have_No_Score() => double.IsNaN(new LargestError().Score(new MetricSample([1, 2], [], [1]))).ShouldBeTrue();
}
