using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>Builds with <c>modelopt.lock.json</c> beside the manifest.</summary>
internal static class LockedBuilds
{
    // A line of the detailed log that every search has.
    private const string Searches = "digits: candidate 1:";
    // Rank 1 everywhere has 99.7 %, so a search has something to find.
    private const string Gate = "cosine: { min: 99.9% }";

    public static IEnumerable<Step> A_Build_Replays_What_Compress_Locked(Place place)
    {
        var app = Searcher(place);
        Compress(place, app).Output.ShouldContain(Searches);
        var locked = File.ReadAllText(Lock(app));
        yield return Step.Build(app);

        place.Last.Output.ShouldNotContain("digits: candidate");
        place.Last.Output.ShouldNotContain(": warning ");
        Hash(app.Embedded()).ShouldBe(LockedOutput(app));
        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
        File.ReadAllText(Lock(app)).ShouldBe(locked);

        yield return Step.Build(app);
        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
    }

    public static IEnumerable<Step> A_Stale_Lock_Is_A_Warning_At_The_Lock_File_In_Every_Build(Place place)
    {
        var app = Searcher(place);
        Compress(place, app);
        var locked = File.ReadAllText(Lock(app));
        app.Write("modelopt.yaml", Manifest("cosine: { min: 99.85% }"));
        yield return Step.Build(app);

        place.Last.Output.ShouldContain(Searches);
        File.Delete(app.State);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var problem = place.Last.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith($"{Lock(app)} : warning MOC1203: ");
        problem.ShouldContain("'gates' in the manifest changed");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        place.Last.Problems.ShouldBe([problem]);
        File.ReadAllText(Lock(app)).ShouldBe(locked);
    }

    public static IEnumerable<Step> A_Build_Without_A_Lock_File_Searches_And_Writes_None(Place place)
    {
        var app = Searcher(place);
        yield return Step.Build(app);

        place.Last.Output.ShouldContain(Searches);
        File.Exists(Lock(app)).ShouldBeFalse();
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
    }

    public static IEnumerable<Step> A_Lock_File_That_Comes_Or_Goes_Starts_The_Tool(Place place)
    {
        var app = Searcher(place);
        yield return Step.Build(app);

        var searched = app.Embedded();
        Compress(place, app);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldBe(searched);
        File.Delete(Lock(app));
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldBe(searched);
    }

    public static IEnumerable<Step> A_Lock_File_That_Changes_Starts_The_Tool(Place place)
    {
        var app = Searcher(place);
        Compress(place, app);
        yield return Step.Build(app);

        var (original, locked) = (File.ReadAllText(Lock(app)), app.Embedded());
        RaiseRank(app);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().Length.ShouldBeGreaterThan(locked.Length);
        File.WriteAllText(Lock(app), original);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldBe(locked);
    }

    public static IEnumerable<Step> A_Damaged_Lock_File_Is_An_Error_At_Its_Line(Place place)
    {
        var app = Searcher(place);
        File.WriteAllText(Lock(app), "{\n  \"version\": 1,\n<<<<<<< ours\n}\n");
        yield return Step.FailedBuild(app);

        place.Last.Problems.ShouldHaveSingleItem().ShouldStartWith($"{Lock(app)}(3,1): error MOC1201: ");
    }

    private static Consumer Searcher(Place place)
    {
        var app = place.Consumer();
        app.Write("modelopt.yaml", Manifest(Gate));
        return app;
    }

    private static string Lock(Consumer app) => app["modelopt.lock.json"];

    private static string Manifest(string gate) => Consumer.Manifest
        .Replace("budget: { size: 60% }", "budget: auto\n        max-evaluations: 6", StringComparison.Ordinal)
        .Replace("- size: { max: 65% }\n", "", StringComparison.Ordinal)
        .Replace("cosine: { min: 10% }", gate, StringComparison.Ordinal);

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Without the cache that builds have: they are to find their way by the lock file alone.
    private static Outcome Compress(Place place, Consumer app) => InstalledTool.Run(app.Root, "compress", "--cache", place["other-cache"]).ShouldSucceed();

    private static string LockedOutput(Consumer app) => LockedModel(JsonNode.Parse(File.ReadAllText(Lock(app)))!)["output"]!.GetValue<string>();

    private static JsonNode LockedModel(JsonNode file) => file["models"]!["digits"]!;

    // As a person could who wants the lock of another machine: its hash is not this one's business then. Without a seal a build takes what it finds.
    private static void RaiseRank(Consumer app)
    {
        var file = JsonNode.Parse(File.ReadAllText(Lock(app)))!;
        var model = LockedModel(file);
        model.AsObject().Remove("seal");
        model["device"] = "cpu/elsewhere+ort0.0.0";
        var layers = model["steps"]![0]!["layers"]!.AsObject();
        var ranks = layers["conv2"]!.AsArray();
        ranks[1] = ranks[1]!.GetValue<int>() + 1;
        File.WriteAllText(Lock(app), file.ToJsonString());
    }
}
