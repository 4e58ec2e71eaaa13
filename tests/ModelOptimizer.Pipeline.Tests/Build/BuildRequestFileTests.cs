using System.Text.Json.Nodes;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Build;

public sealed class BuildRequestFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Another_protocol_is_refused_with_what_to_do() =>
        Refusal("""{"protocol":2,"manifests":{}}""")
            .ShouldBe(
                "error MOC5111: This modelopt speaks protocol 1, the build task asked in protocol 2. Task and tool must come from one ModelOptimizer.Build "
                    + "package: delete the project's obj folder, restore and build again."
            );

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"protocol":1,"manifests":[]}""")]
    [InlineData("[")]
    public void What_is_no_request_is_refused(string json) => Refusal(json).ShouldStartWith("error MOC5111: The build's request cannot be read: ");

    [Theory]
    [InlineData("outputDirectory", "\"obj\"")]
    [InlineData("outputDirectory", "null")]
    [InlineData("cacheDirectory", "\"cache\"")]
    [InlineData("manifests", "[\"modelopt.yaml\"]")]
    [InlineData("manifests", "[null]")]
    [InlineData("manifests", "null")]
    [InlineData("libraries", "null")]
    public void A_member_that_is_missing_or_a_relative_path_is_refused(string member, string value)
    {
        var json = JsonNode.Parse(BuildJson.Write(new BuildRequest { Manifests = [_folder["modelopt.yaml"]], OutputDirectory = _folder["obj"] }))!;
        File.WriteAllText(_folder["request.json"], json.ToJsonString());
        BuildRequestFile.Read(_folder["request.json"]).OutputDirectory.ShouldBe(_folder["obj"]);
        json[member] = JsonNode.Parse(value);

        Refusal(json.ToJsonString()).ShouldContain("A member is missing, or a path is not absolute.");
    }

    private string Refusal(string json)
    {
        File.WriteAllText(_folder["request.json"], json);
        return (Should.Throw<DiagnosticException>(() => BuildRequestFile.Read(_folder["request.json"])).Diagnostic with { Position = null }).ToString();
    }
}
