using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>No plug-in can be had here: what is tried is the built-in CPU provider through the API of plug-ins, and libraries that are none.</summary>
public sealed class PluginsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("plugin:CPUExecutionProvider")]
    [InlineData("plugin:cpuexecutionprovider")]
    public void A_provider_that_is_registered_computes(string word)
    {
        var device = DeviceSelector.Select(word);

        device.Kind.ShouldBe("plugin:CPUExecutionProvider");
        device.DeviceClass.ShouldMatch($@"^plugin:CPUExecutionProvider/[a-z0-9.-]*cpu-version-{RuntimeDirectory.Expected}\+ort{RuntimeDirectory.Expected}$");
        // The self-test of Select computed with it; here is a product in float64, which is the processor's.
        using var engine = new Engine(device);
        engine.LinearAlgebra.Gram(new(1, 2, [3, 4])).Values.ShouldBe([25]);
    }

    [Fact]
    public void Another_name_is_an_error_that_lists_what_is_registered()
    {
        var failure = Should.Throw<DiagnosticException>(() => DeviceSelector.Select("plugin:NpuExecutionProvider"));

        failure.Diagnostic.Code.ShouldBe("MOC5012");
        failure.Message.ShouldStartWith(
            "The device 'plugin:NpuExecutionProvider' cannot be used: no provider of this name is registered, only CPUExecutionProvider"
        );
        failure.Message.ShouldContain("; the variable ModelOptimizerPlugins has to name its library. ");
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused_with_the_reason_of_the_loader()
    {
        File.WriteAllText(_folder["provider.so"], "no library");

        Plugins
            .Register(_folder["provider.so"])!
            .ShouldStartWith($"{_folder["provider.so"]}, which ModelOptimizerPlugins names, is no execution provider that loads: ");
    }

    [CudaPlatformFact]
    public void So_is_a_library_that_is_no_provider() =>
        Plugins
            .Register(typeof(OrtEnv).Assembly.Location + Path.PathSeparator + "other.so")!
            .ShouldStartWith($"{typeof(OrtEnv).Assembly.Location}, which ModelOptimizerPlugins names, is no ");

    [CudaPlatformFact]
    public void And_a_library_without_the_entry_point()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "runtimes", Platform.Rid, "native", "libonnxruntime.so");

        Plugins.Register(library)!.ShouldContain("CreateEpFactories");
    }

    [Fact]
    public void A_folder_without_a_provider_is_refused()
    {
        File.WriteAllText(_folder["readme.txt"], "no library");

        Plugins
            .Register(_folder.Path)
            .ShouldBe($"the folder {_folder.Path}, which ModelOptimizerPlugins names, has no library with CreateEpFactories, as execution providers have");
    }

    [Fact]
    public void What_is_offered_has_a_provider_a_vendor_and_hardware() =>
        OfferedDevice.All.ShouldContain(device =>
            device.Provider == "CPUExecutionProvider" && device.Vendor == "Microsoft" && device.Hardware.StartsWith("CPU")
        );

    public void Dispose() => _folder.Dispose();
}
