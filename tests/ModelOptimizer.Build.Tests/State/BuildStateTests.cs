using ModelOptimizer.Build.State;

namespace ModelOptimizer.Build.Tests.State;

public sealed class BuildStateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("639308119773847552")]
    [InlineData("\"639308119773847552\"")]
    public void Reads_What_The_Tool_Writes_With_Times_As_Numbers_Or_Text(string ticks)
    {
        var state = Read($$"""
            {
              "version": 1, "toolVersion": "0.1.0", "exitCode": 0, "unknown": { "deep": [1, null] },
              "request": { "protocol": 1, "manifests": ["/pro\u006aekt/ä ö/modelopt.yaml"], "verify": false, "enabled": true, "device": null },
              "succeeded": true,
              "inputs": [{ "path": "/p/m.onnx", "length": 5000000000, "lastWriteUtc": {{ticks}}, "sha256": "00" }],
              "outputs": [{ "path": "/p/o.onnx", "kind": "resource", "logicalName": "Digits.onnx", "length": 3 }],
              "diagnostics": [{ "severity": "warning", "code": "MOC4003", "file": "/p/modelopt.yaml", "line": 12, "column": 9, "message": "slow" }],
              "messages": ["digits: 40 %"]
            }
            """).ShouldNotBeNull();

        state.Request!.Manifests.ShouldBe(["/projekt/ä ö/modelopt.yaml"]);
        state.Inputs![0].LastWriteUtc.ShouldBe("639308119773847552");
        state.Inputs[0].Length.ShouldBe(5_000_000_000);
        state.Outputs![0].LogicalName.ShouldBe("Digits.onnx");
        (state.Diagnostics![0].Line, state.Diagnostics[0].Column).ShouldBe((12, 9));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"version\":2,\"request\":{},\"inputs\":[],\"outputs\":[]}")]
    [InlineData("{\"version\":1,\"inputs\":[],\"outputs\":[]}")]
    [InlineData("{\"version\":1,\"request\":{},\"inputs\":[{\"length\":\"many\"}],\"outputs\":[]}")]
    public void Anything_Else_Is_No_State(string text) => Read(text).ShouldBeNull();

    [Fact]
    public void A_Missing_File_Is_No_State() => BuildState.Read(_folder["none", "state.json"]).ShouldBeNull();

    public void Dispose() => _folder.Dispose();

    private BuildState? Read(string text)
    {
        File.WriteAllText(_folder["state.json"], text);
        return BuildState.Read(_folder["state.json"]);
    }
}
