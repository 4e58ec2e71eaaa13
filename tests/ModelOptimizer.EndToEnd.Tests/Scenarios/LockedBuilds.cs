using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>Builds with <c>modelopt.lock.json</c> beside the manifest.</summary>
public sealed class LockedBuilds : IDisposable
{
    // A line of the detailed log that every search has.
    private const string Searches = "digits: candidate 1,";
    // Rank 1 everywhere has 99.7 %, so a search has something to find.
    private const string Gate = "cosine: { min: 99.9% }";

    private readonly TempFolder _folder = new();
    private readonly Consumer _consumer;

    public LockedBuilds()
    {
        _consumer = new Consumer(_folder["app"]);
        _consumer.Write("modelopt.yaml", Manifest(Gate));
    }

    private string Lock => _consumer["modelopt.lock.json"];

    [Fact]
    public void A_Build_Replays_What_Compress_Locked()
    {
        Compress().Output.ShouldContain(Searches);
        var locked = File.ReadAllText(Lock);

        var build = DetailedBuild();

        build.Output.ShouldNotContain("digits: candidate");
        build.Output.ShouldNotContain(": warning ");
        Hash(_consumer.Embedded()).ShouldBe(LockedOutput());
        _consumer.Run().ShouldBe($"Digits.onnx {_consumer.Embedded().Length} intact");
        File.ReadAllText(Lock).ShouldBe(locked);
    }

    [Fact]
    public void A_Stale_Lock_Is_A_Warning_At_The_Lock_File_In_Every_Build()
    {
        Compress();
        var locked = File.ReadAllText(Lock);
        _consumer.Write("modelopt.yaml", Manifest("cosine: { min: 99.85% }"));

        DetailedBuild().Output.ShouldContain(Searches);
        File.Delete(_consumer.State);
        var build = _consumer.Build().ShouldSucceed();
        var again = _consumer.Build().ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        var problem = build.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith($"{Lock} : warning MOC1203: ");
        problem.ShouldContain("'gates' in the manifest changed");
        again.ToolStarts.ShouldBe(0, again.Output);
        again.Problems.ShouldBe(build.Problems);
        File.ReadAllText(Lock).ShouldBe(locked);
    }

    [Fact]
    public void A_Build_Without_A_Lock_File_Searches_And_Writes_None()
    {
        DetailedBuild().Output.ShouldContain(Searches);

        File.Exists(Lock).ShouldBeFalse();
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);
    }

    [Fact]
    public void A_Lock_File_That_Comes_Changes_Or_Goes_Starts_The_Tool()
    {
        _consumer.Build().ShouldSucceed();
        var searched = _consumer.Embedded();

        Compress();
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        _consumer.Embedded().ShouldBe(searched);
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);

        var original = File.ReadAllText(Lock);
        RaiseRank();
        var changed = _consumer.Build().ShouldSucceed();
        changed.ToolStarts.ShouldBe(1, changed.Output);
        _consumer.Embedded().Length.ShouldBeGreaterThan(searched.Length);

        File.WriteAllText(Lock, original);
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        _consumer.Embedded().ShouldBe(searched);

        File.Delete(Lock);
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        _consumer.Embedded().ShouldBe(searched);
    }

    [Fact]
    public void A_Damaged_Lock_File_Is_An_Error_At_Its_Line()
    {
        Compress();
        File.WriteAllText(Lock, "{\n  \"version\": 1,\n<<<<<<< ours\n}\n");

        var problem = _consumer.Build().ShouldFail().Problems.ShouldHaveSingleItem();

        problem.ShouldStartWith($"{Lock}(3,1): error MOC1201: ");
    }

    public void Dispose() => _folder.Dispose();

    private static string Manifest(string gate) => Consumer.Manifest
        .Replace("budget: { size: 60% }", "budget: auto\n        max-evaluations: 6", StringComparison.Ordinal)
        .Replace("- size: { max: 65% }\n", "", StringComparison.Ordinal)
        .Replace("cosine: { min: 10% }", gate, StringComparison.Ordinal);

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Without the cache that builds have: they are to find their way by the lock file alone.
    private Outcome Compress() => DotNet.Run(
        DotNet.Host,
        _consumer.Root,
        new Dictionary<string, string>(),
        Path.Combine(ToolFolder(), "modelopt.dll"), "compress", "--cache", _folder["other-cache"]).ShouldSucceed();

    // Of the package that the project builds with.
    private string ToolFolder()
    {
        _consumer.DotNet("restore").ShouldSucceed();
        return Path.GetDirectoryName(Directory.GetFiles(Path.Combine(Packages.Folder, "modeloptimizer.build", Packages.Version), "modelopt.dll", SearchOption.AllDirectories).ShouldHaveSingleItem())!;
    }

    private Outcome DetailedBuild() => _consumer.Command("build", "-c", "Release", "-v:d", "-tl:off", "-nologo").ShouldSucceed();

    private string LockedOutput() => LockedModel(JsonNode.Parse(File.ReadAllText(Lock))!)["output"]!.GetValue<string>();

    private static JsonNode LockedModel(JsonNode file) => file["models"]!["digits"]!;

    // As a person could who wants the lock of another machine: its hash is not this one's business then.
    private void RaiseRank()
    {
        var file = JsonNode.Parse(File.ReadAllText(Lock))!;
        var model = LockedModel(file);
        model["device"] = "cpu/elsewhere+ort0.0.0";
        var layers = model["steps"]![0]!["layers"]!.AsObject();
        var ranks = layers["conv2"]!.AsArray();
        ranks[1] = ranks[1]!.GetValue<int>() + 1;
        File.WriteAllText(Lock, file.ToJsonString());
    }
}
