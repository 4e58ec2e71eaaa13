namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Killing
{
    public static IEnumerable<Step> Killed_Builds_Leave_The_Old_Or_The_New_Output_And_The_Next_Build_Is_Right(Place place)
    {
        var builds = new KilledBuilds(place, seed: 1);
        foreach (var step in builds.Kill(5))
        {
            yield return step;
        }

        builds.Problems.ShouldBeEmpty();
    }
}
