namespace ModelOptimizer.Tensors.Tests.Examples;

/// <summary>CONTRIBUTING.md's device.</summary>
public class OpenVinoTests
{
    [Fact]
    public void Where_the_library_lacks_the_provider_it_says_what_is_needed()
    {
        var (device, obstacle) = DeviceSelector.Probe(OpenVino.Kind, 0);

        device.ShouldBeNull();
        obstacle!.ShouldStartWith("it needs an Intel GPU, and an ONNX Runtime that was built with OpenVINO; ");
        obstacle!.ShouldEndWith(" has no OpenVINOExecutionProvider");
    }
}
