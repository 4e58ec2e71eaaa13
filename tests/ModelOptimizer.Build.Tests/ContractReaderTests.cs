using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Text.Json;

namespace ModelOptimizer.Build.Tests;

public sealed class ContractReaderTests
{
    private static readonly BuildState State = new()
    {
        ToolVersion = "1.2.3+4 \" \\ / \t\r\n é 漢 \ud83d\ude00",
        Request = new BuildRequest { Manifests = ["a.yaml", "b c.yaml"], OutputDirectory = ".", Verify = true, Enabled = false },
        Succeeded = true,
        ExitCode = 1,
        Inputs = [new InputStamp("a.yaml", -1, long.MaxValue, "") { Identity = long.MinValue }, new InputStamp("d.npz", 3, 4, "0f")],
        Outputs = [new BuildOutput("m.onnx", BuildOutput.Resource, "M.onnx", 12)],
        Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Warning, "MOC1101", "a.yaml", 3, 5, "no gates")],
        Messages = ["one", ""],
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_Is_Read_As_The_Frameworks_Serialiser_Reads_It(bool indented)
    {
        var text = BuildJson.Write(State, indented);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var expected = new DataContractJsonSerializer(typeof(BuildState)).ReadObject(stream);

        var read = BuildJson.Read<BuildState>(text);

        // Records compare lists by reference.
        JsonSerializer.Serialize(read).ShouldBe(JsonSerializer.Serialize(expected));
        JsonSerializer.Serialize(read).ShouldBe(JsonSerializer.Serialize(State));
    }

    [Fact]
    public void Any_Part_Of_A_State_Is_No_State()
    {
        var text = BuildJson.Write(State);

        for (var length = 0; length < text.Length; length++)
        {
            Should.Throw<SerializationException>(() => BuildJson.Read<BuildState>(text[..length]), text[..length]);
        }
    }

    [Theory]
    [InlineData("""{"type":"message"} x""")]
    [InlineData("""{"type":"message",}""")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":["message"]}""")]
    [InlineData("""{"type":{}}""")]
    [InlineData("""{"type":"\x"}""")]
    [InlineData("""{"type":"\u12g4"}""")]
    [InlineData("{\"type\":\"a\nb\"}")]
    [InlineData("""{"other":nothing}""")]
    [InlineData("""{type:"message"}""")]
    [InlineData("""["message"]""")]
    [InlineData("\"message\"")]
    public void Text_Of_Another_Shape_Is_Refused(string text) => Should.Throw<SerializationException>(() => BuildJson.Read<ToolMessage>(text));

    [Theory]
    [InlineData("""{"line":1.5}""")]
    [InlineData("""{"line":null}""")]
    [InlineData("""{"line":"1"}""")]
    [InlineData("""{"line":4294967296}""")]
    public void A_Number_Of_Another_Kind_Is_Refused(string text) => Should.Throw<SerializationException>(() => BuildJson.Read<ToolDiagnostic>(text));

    [Fact]
    public void Nesting_Without_End_Is_Refused() =>
        Should.Throw<SerializationException>(() => BuildJson.Read<ToolMessage>($$"""{"other":{{new string('[', 100_000)}}"""));

    [Fact]
    public void What_A_Record_Does_Not_Have_Is_Passed_Over() =>
        BuildJson.Read<ToolMessage>("""{ "more" : [1, -2.5e3, {"a": [true, null, "\u0041"]}], "text" : "\u0041\/" , "none": {} }""")
            .ShouldBe(new ToolMessage(null!, null, "A/"));

    [Fact]
    public void What_Must_Be_There_Is_Missed() => Should.Throw<SerializationException>(() => BuildJson.Read<BuildOutput>("""{"path":"a"}"""));
}
