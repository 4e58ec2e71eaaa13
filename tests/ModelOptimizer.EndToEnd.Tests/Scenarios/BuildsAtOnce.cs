namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class BuildsAtOnce : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Two_Projects_Share_One_Cache_And_The_Frameworks_Of_A_Third_One_Compression()
    {
        var one = new Consumer(_folder["one"], cache: _folder["cache"]);
        var two = new Consumer(_folder["two"], cache: _folder["cache"]);
        var both = new Consumer(_folder["both"], SeveralFrameworks.Both);
        var projects = new[] { one, two, both }.Select(consumer => $"""<Project Path="{consumer.Project}" />""");
        File.WriteAllText(_folder["all.slnx"], $"<Solution>{string.Concat(projects)}</Solution>");

        var build = one.DotNet("build", _folder["all.slnx"], "-c", "Release", "-m:2").ShouldSucceed();

        build.ToolStarts.ShouldBe(3, build.Output);
        build.Problems.ShouldBeEmpty();
        two.Embedded().ShouldBe(one.Embedded());
        two.Run().ShouldBe(one.Run());
        Directory.GetDirectories(_folder["cache", "results"]).ShouldHaveSingleItem();
        SeveralFrameworks.ResourcesOf(both["bin", "Release", "net10.0", "both.dll"]).ShouldBe(["Digits.onnx"]);
        SeveralFrameworks.ResourcesOf(both["bin", "Release", "netstandard2.0", "both.dll"]).ShouldBe(["Digits.onnx"]);
    }

    public void Dispose() => _folder.Dispose();
}

internal static class BuildsOfOneProjectAtOnce
{
    public static IEnumerable<Step> Debug_And_Release_Wait_For_Each_Other_And_A_Build_With_Originals_Does_Not_Mix_With_Them(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        // Restored and otherwise new: restoring one project twice at once collides in the SDK itself.
        foreach (var folder in new[] { app["bin"], app["obj", "Release"], app["obj", "modelopt"], app["cache"] })
        {
            Directory.Delete(folder, recursive: true);
        }

        string[] originals = ["-p:ModelOptimizerEnabled=false"];
        var builds = new[] { ("Debug", []), ("Release", []), ("Plain", originals) }
            .Select(build => Task.Run(() => app.DotNet("build", ["-c", build.Item1, "--no-restore", .. build.Item2])));

        Task.WhenAll(builds).GetAwaiter().GetResult().ShouldAllBe(build => build.ShouldSucceed().ToolStarts <= 1);
        var expected = $"Digits.onnx {app.Embedded().Length} intact";
        app.Run("Debug").ShouldBe(expected);
        app.Run("Release").ShouldBe(expected);
        app.Run("Plain").ShouldBe($"Digits.onnx {new FileInfo(app.Model).Length} intact");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
    }
}
