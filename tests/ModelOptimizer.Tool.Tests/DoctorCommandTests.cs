using System.Text.Json;

namespace ModelOptimizer.Tool.Tests;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task Doctor_names_runtime_devices_and_cache()
    {
        using var line = new CommandLine { Width = 120 };

        (await line.Invoke("doctor")).ShouldBe(ExitCode.Passed, line.Out);

        foreach (var word in new[] { "modelopt", "ONNX Runtime", ".NET", "cache", "device: auto", "torchsharp", "cpu", "cuda", "webgpu" })
        {
            line.Out.ShouldContain(word);
        }
    }

    [Fact]
    public async Task Doctor_as_json_says_which_device_auto_takes_and_how_to_get_TorchSharp()
    {
        using var line = new CommandLine();

        await line.Invoke("doctor", "--json");

        var root = JsonDocument.Parse(line.Out).RootElement;
        var cpu = root.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cpu");
        cpu.GetProperty("usable").GetBoolean().ShouldBeTrue();
        root.GetProperty("torchSharp").GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("ModelOptimizerTorchSharpDirectory");
        root.GetProperty("chosen").GetString().ShouldNotBeNull().ShouldEndWith("+ort" + root.GetProperty("onnxRuntime").GetString());
    }
}
