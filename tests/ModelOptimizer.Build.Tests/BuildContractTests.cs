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
            Inputs = [new InputStamp("../../ö.onnx", 5_000_000_000, 639308119773847552, "00"), new InputStamp("/p/images", 0, long.MaxValue, "")],
            Outputs = [new BuildOutput("digits/o.onnx", BuildOutput.Resource, "Digits.onnx", 3)],
            Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Warning, "MOC4003", "../modelopt.yaml", 12, 9, "slow\r\n\t→ ~\u007f")],
            Messages = ["digits: 40 %"],
        };

        var text = BuildJson.Write(state, indented);
        var read = Read(text).ShouldNotBeNull();

        var whole = state.WithPaths(Whole);
        read.Request.AsksTheSameAs(whole.Request).ShouldBeTrue();
        read.Inputs.ShouldBe(whole.Inputs);
        read.Outputs.ShouldBe(whole.Outputs);
        read.Diagnostics.ShouldBe(whole.Diagnostics);
        read.Messages.ShouldBe(state.Messages);
        string[] paths = [.. state.Inputs.Select(input => input.Path), "digits/o.onnx", "../modelopt.yaml", .. Request.Manifests, ""];
        BuildJson.Write(read.WithPaths(path => paths.Single(relative => Whole(relative) == path)), indented).ShouldBe(text);
    }

    [Theory]
    [InlineData("digits/../../other.onnx", "resource", "x")]
    [InlineData("../../x", "compile", "")]
    [InlineData("/etc/passwd", "resource", "x")]
    [InlineData(".", "resource", "x")]
    [InlineData("digits/d.onnx", "copy", "../../d.onnx")]
    [InlineData("digits/d.onnx", "copy", "/tmp/d.onnx")]
    public void A_State_Whose_Outputs_Lie_Elsewhere_Is_None(string path, string kind, string name)
    {
        Read(BuildJson.Write(new BuildState { Outputs = [new BuildOutput("digits/d.onnx", kind, "models/d.onnx", 3)] })).ShouldNotBeNull();

        Read(BuildJson.Write(new BuildState { Outputs = [new BuildOutput(path, kind, name, 3)] })).ShouldBeNull();
    }

    [Fact]
    public void A_Damaged_State_Is_None_Or_Whole()
    {
        var text = BuildJson.Write(new BuildState
        {
            Request = Request,
            Inputs = [new InputStamp("../model.onnx", 5, 6, "00")],
            Outputs = [new BuildOutput("digits/d.onnx", BuildOutput.Copy, "models/d.onnx", 3)],
            Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Warning, "MOC4003", "../modelopt.yaml", 12, 9, "slow")],
            Messages = ["digits: 40 %"],
        });
        string[] pieces = ["null", "\"\"", "[", "]", "{", "}", "1e999", "-1", "\\u0000", "\"", ",", ":", "true", "[[[[[[[[", "99999999999999999999", "\0", "/"];
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var (place, length) = (random.Next(text.Length), random.Next(8));
            var instead = pieces[random.Next(pieces.Length)];
            // Members whole, too: what is behind a colon up to the next comma.
            var end = random.Next(2) == 0 || text.IndexOf(',', place) is not (> 0 and var comma) ? Math.Min(text.Length, place + length) : comma;
            var start = end == place + length ? place : Math.Max(0, text.LastIndexOf(':', place) + 1);
            var damaged = string.Concat(text.AsSpan(0, Math.Min(start, end)), instead, text.AsSpan(end));

            if (Read(damaged) is { } state)
            {
                OutputItems.FilesOf(state, "state.json").Length.ShouldBe(state.Outputs.Length + 1, damaged);
                UpToDateCheck.ReasonToRun(Request, state);
                state.Diagnostics.ShouldAllBe(said => said.Message != null && said.File != null);
            }
        }
    }

    [Fact]
    public void What_Another_Version_Added_Does_Not_Matter()
    {
        var text = BuildJson.Write(new BuildState { Request = Request });

        Read(text.Insert(1, "\"unknown\":{\"deep\":[1,null]},")).ShouldNotBeNull()
            .Request.AsksTheSameAs(Request with { Manifests = [.. Request.Manifests.Select(Whole)] }).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"version\":2,\"inputs\":[],\"outputs\":[],\"diagnostics\":[],\"messages\":[]}")]
    [InlineData("{\"version\":2,\"request\":{},\"inputs\":[],\"outputs\":[],\"diagnostics\":[],\"messages\":[]}")]
    public void Anything_Else_Is_No_State(string text) => Read(text).ShouldBeNull();

    [Theory]
    [InlineData("\"version\":2", "\"version\":1")]
    [InlineData("\"inputs\":[]", "\"inputs\":null")]
    [InlineData("\"inputs\":[]", "\"inputs\":[null]")]
    [InlineData("\"outputs\":[]", "\"outputs\":[{\"path\":\"x\",\"kind\":null}]")]
    [InlineData("\"messages\":[]", "\"messages\":[null]")]
    [InlineData("\"manifests\":[]", "\"manifests\":[null]")]
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

    private string Whole(string path) => Path.GetFullPath(path, _folder.Path);

    private BuildState? Read(string text)
    {
        File.WriteAllText(_folder["state.json"], text);
        return BuildState.Read(_folder["state.json"]);
    }
}
