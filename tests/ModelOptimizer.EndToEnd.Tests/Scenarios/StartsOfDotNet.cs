using Xunit.Abstractions;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>xunit runs what may not run beside others after everything else.</summary>
[CollectionDefinition(nameof(StartsOfDotNet), DisableParallelization = true)]
[Collection(nameof(StartsOfDotNet))]
public sealed class StartsOfDotNet(ITestOutputHelper output)
{
    // Each takes seconds of two processors. Scenarios that can share a build do: see Together.
    private const int Most = 50;

    [Fact]
    public void All_Tests_Together_Start_It_At_Most_50_Times()
    {
        output.WriteLine($"dotnet was started {DotNet.Starts} times");

        DotNet.Starts.ShouldBeLessThanOrEqualTo(Most);
    }
}
