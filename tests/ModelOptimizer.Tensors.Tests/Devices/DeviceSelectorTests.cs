using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tensors.Tests.Devices;

public sealed class DeviceSelectorTests
{
    [Fact]
    public void The_CPU_starts_and_its_class_names_processor_and_runtime()
    {
        var device = DeviceSelector.Select("cpu");

        device.Kind.ShouldBe("cpu");
        device.DeviceClass.ShouldMatch(@"^cpu/(x64|arm64)/(avx512(-vnni)?|avx2(-vnni)?|neon(-dot)?|scalar)\+ort1\.\d+\.\d+$");
    }

    [Fact]
    public void Auto_says_why_it_took_what_it_took()
    {
        var device = DeviceSelector.Select("auto");

        // On a machine with a GPU another one is chosen, and those after it have no reason.
        device.Note.ShouldStartWith($"{device.Kind} chosen by auto");
        foreach (var kind in DeviceSelector.Order.TakeWhile(kind => kind != device.Kind))
        {
            device.Note.ShouldMatch($"(; |, ){kind}(, [^:]+)?: ");
        }

        device.Line.ShouldBe($"{device.Kind} chosen by auto{(device.Others.Length == 0 ? "" : " ('modelopt doctor' says why no other)")}");
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:1")]
    [InlineData("webgpu:1")]
    [InlineData("directml")]
    [InlineData("coreml")]
    [InlineData("plugin:Nobodys")]
    public void A_device_asked_for_by_name_that_does_not_start_is_an_error(string name)
    {
        var failure = Should.Throw<DiagnosticException>(() => DeviceSelector.Select(name));

        failure.Diagnostic.Code.ShouldBe("MOC5012");
        failure.Message.ShouldStartWith($"The device '{name}' cannot be used: ");
        failure.Message.ShouldEndWith("Use 'device: auto' or 'device: cpu'.");
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("auto:1")]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("plugin:")]
    [InlineData("cpu:1")]
    public void An_unknown_word_is_an_error_that_lists_the_known_ones(string name)
    {
        var failure = Should.Throw<DiagnosticException>(() => DeviceSelector.Select(name));

        failure
            .Diagnostic.ToString()
            .ShouldBe(
                $"error MOC5011: There is no device '{name}'. Devices: auto, coreml, cpu, cuda, directml, webgpu; cuda:1 is the second of its kind, "
                    + "plugin:NAME a provider of ModelOptimizerPlugins."
            );
    }
}
