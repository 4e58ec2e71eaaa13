using System.Text.Json;
using ModelOptimizer.Build.State;

namespace ModelOptimizer.Build.Tests.State;

public sealed class JsonTests
{
    [Fact]
    public void Another_Parser_Reads_The_Request_As_It_Was_Meant()
    {
        var request = new BuildRequest { Manifests = ["C:\\a \"b\"\\ä.yaml", "/x/\u2028.yaml"], Enabled = true, Language = "C#" };

        using var document = JsonDocument.Parse(Json.Write(request));

        var root = document.RootElement;
        root.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal).ShouldBe(
        [
            "cacheDirectory", "device", "enabled", "language", "libraries", "manifests", "outputDirectory",
            "projectDirectory", "protocol", "rootNamespace", "severity", "toolVersion", "verify",
        ]);
        root.GetProperty("manifests").EnumerateArray().Select(path => path.GetString()).ShouldBe(request.Manifests);
        root.GetProperty("protocol").GetInt32().ShouldBe(1);
        root.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        root.GetProperty("verify").GetBoolean().ShouldBeFalse();
    }
}
