namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Killing : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Killed_Builds_Leave_The_Old_Or_The_New_Output_And_The_Next_Build_Is_Right()
    {
        var builds = new KilledBuilds(_folder.Path, seed: 1);

        builds.Kill(5);

        builds.Problems.ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();
}
