namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Cleaning
{
    // A line of the detailed log that every evaluation has, and no answer from the cache.
    private const string Compresses = "digits: second moments";

    public static IEnumerable<Step> Clean_Removes_What_Was_Written_And_The_Next_Build_Takes_It_From_The_Cache(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        place.Last.Output.ShouldContain(Compresses);
        var embedded = app.Embedded();
        yield return Step.Clean(app);

        Directory.Exists(app["obj", "modelopt"]).ShouldBeFalse();
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        place.Last.Output.ShouldNotContain(Compresses);
        app.Embedded().ShouldBe(embedded);
    }

    public static IEnumerable<Step> Clean_Also_Removes_What_A_Failed_Build_Left(Place place)
    {
        var app = place.Consumer();
        app.Write("modelopt.yaml", Consumer.Manifest.Replace("max: 65%", "max: 1%", StringComparison.Ordinal));
        yield return Step.FailedBuild(app);

        Directory.Exists(app["obj", "modelopt"]).ShouldBeTrue();
        yield return Step.Clean(app);

        Directory.Exists(app["obj", "modelopt"]).ShouldBeFalse();
    }
}
