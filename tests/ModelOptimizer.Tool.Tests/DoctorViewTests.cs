using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Testing;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Tests;

public sealed class DoctorViewTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void The_table_says_what_every_device_is_or_lacks(int width)
    {
        using var text = new StringWriter();
        var terminal = new Terminal { Out = text, Error = text, CurrentDirectory = "/", Width = width };

        DoctorView.Write(terminal.Tables(), Report);

        text.ToString().ShouldBeApproved($"{width}");
    }

    private static EnvironmentReport Report { get; } = new(
        1,
        "0.1.0",
        "1.29.0",
        ".NET 10.0.12",
        "linux-x64",
        "Some Linux 12",
        16,
        "/home/me/.cache/modelopt",
        43_200_000,
        null,
        "webgpu/some-gpu+ort1.29.0",
        "webgpu chosen by auto; cuda: the library libcudart.so.13 is missing; directml: it needs Windows; coreml: it needs macOS",
        [
            new DeviceReport("cuda", false, "the library libcudart.so.13 is missing"),
            new DeviceReport("directml", false, "it needs Windows; ONNX Runtime's library for linux-x64 has no DmlExecutionProvider"),
            new DeviceReport("coreml", false, "it needs macOS; ONNX Runtime's library for linux-x64 has no CoreMLExecutionProvider"),
            new DeviceReport("webgpu", true, "webgpu/some-gpu+ort1.29.0", 17_179_869_184, 4321.5),
            new DeviceReport("cpu", true, "cpu/x64/avx512+ort1.29.0", null, 118.06),
        ],
        new LibraryReport(true, "TorchSharp 0.107.0 with libtorch 2.10.0, from /home/me/modelopt-torchsharp"),
        [
            new OfferedDevice("CPUExecutionProvider", "Microsoft", "CPU AMD", "version 1.30.0"),
            new OfferedDevice("NvTensorRTRTXExecutionProvider", "NVIDIA", "GPU Some GPU 5", "version 1.0.0, driver_version 591.2"),
        ],
        "/p/npu.so, which ModelOptimizerPlugins names, is no execution provider that loads: invalid ELF header");
}
