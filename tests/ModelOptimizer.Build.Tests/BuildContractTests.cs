using System.Text.Json;

namespace ModelOptimizer.Build.Tests;

public sealed class BuildContractTests : IDisposable
{
    private static readonly BuildRequest Request = new() { Manifests = ["C:\\a \"b\"\\/ä.yaml", "/x/\u2028 😀.yaml"], Device = "cpu", Language = "F#" };
    private readonly TempFolder _folder = new();

    [Fact]
    public void Another_Parser_Reads_The_Request_As_It_Was_Meant()
    {
        var text = BuildJson.Write(Request);

        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        root.EnumerateObject().Select(member => member.Name).ShouldBe(
        [
            "protocol", "manifests", "outputDirectory", "cacheDirectory", "device", "severity",
            "verify", "enabled", "rootNamespace", "language", "libraries", "toolVersion", "targetFrameworks",
        ]);
        root.GetProperty("manifests").EnumerateArray().Select(path => path.GetString()).ShouldBe(Request.Manifests);
        root.GetProperty("protocol").GetInt32().ShouldBe(1);
        root.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        root.GetProperty("verify").GetBoolean().ShouldBeFalse();
        text.ShouldAllBe(letter => letter >= ' ' && letter <= '~');
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_State_Comes_Back_As_It_Was_Written(bool indented)
    {
        var state = new BuildState
        {
            ToolVersion = "0.1.0",
            Request = Request,
            Succeeded = true,
            Inputs = [new InputStamp("/p/ö.onnx", 5_000_000_000, 639308119773847552, "00"), new InputStamp("/p/images", 0, long.MaxValue, "")],
            Outputs = [new BuildOutput("/p/o.onnx", BuildOutput.Resource, "Digits.onnx", 3)],
            Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Warning, "MOC4003", "/p/modelopt.yaml", 12, 9, "slow\r\n\t→ ~\u007f")],
            Messages = ["digits: 40 %"],
        };

        var text = BuildJson.Write(state, indented);
        var read = Read(text).ShouldNotBeNull();

        read.Request.AsksTheSameAs(Request).ShouldBeTrue();
        read.Inputs.ShouldBe(state.Inputs);
        read.Outputs.ShouldBe(state.Outputs);
        read.Diagnostics.ShouldBe(state.Diagnostics);
        read.Messages.ShouldBe(state.Messages);
        BuildJson.Write(read, indented).ShouldBe(text);
    }

    [Fact]
    public void What_Another_Version_Added_Does_Not_Matter()
    {
        var text = BuildJson.Write(new BuildState { Request = Request });

        Read(text.Insert(1, "\"unknown\":{\"deep\":[1,null]},")).ShouldNotBeNull().Request.AsksTheSameAs(Request).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"version\":1,\"inputs\":[],\"outputs\":[],\"diagnostics\":[],\"messages\":[]}")]
    [InlineData("{\"version\":1,\"request\":{},\"inputs\":[],\"outputs\":[],\"diagnostics\":[],\"messages\":[]}")]
    public void Anything_Else_Is_No_State(string text) => Read(text).ShouldBeNull();

    [Theory]
    [InlineData("\"version\":1", "\"version\":2")]
    [InlineData("\"inputs\":[]", "\"inputs\":null")]
    [InlineData("\"inputs\":[]", "\"inputs\":[{\"path\":\"/p\",\"length\":\"many\"}]")]
    [InlineData("\"outputs\":[],", "")]
    public void A_State_That_Is_Not_Whole_Is_None(string member, string instead)
    {
        var text = BuildJson.Write(new BuildState());
        Read(text).ShouldNotBeNull();
        text.ShouldContain(member);

        Read(text.Replace(member, instead, StringComparison.Ordinal)).ShouldBeNull();
    }

    [Fact]
    public void A_Missing_File_Is_No_State() => BuildState.Read(_folder["none", "state.json"]).ShouldBeNull();

    public void Dispose() => _folder.Dispose();

    private BuildState? Read(string text)
    {
        File.WriteAllText(_folder["state.json"], text);
        return BuildState.Read(_folder["state.json"]);
    }
}
