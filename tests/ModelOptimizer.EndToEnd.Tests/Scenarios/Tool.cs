namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Tool : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_Tool_Package_Installs_And_Compresses()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Command("tool", "install", "ModelOptimizer.Tool", "--version", Packages.Version, "--tool-path", _folder["bin"]).ShouldSucceed();

        Run(consumer, "--version").ShouldSucceed().Output.ShouldStartWith(Packages.Version);
        Run(consumer, "layers", consumer.Model).ShouldSucceed().Output.ShouldContain("conv2");
        Run(consumer, "compress").ShouldSucceed();

        var compressed = File.ReadAllBytes(consumer["models", "digits.compressed.onnx"]);
        SmallModel.Convolutions(compressed).ShouldBeGreaterThan(3);
        // Where ONNX Runtime would note what runs, to send it.
        Directory.Exists(_folder["cache", "Microsoft"]).ShouldBeFalse();
        consumer.Build().ShouldSucceed();
        consumer.Embedded().ShouldBe(compressed);
    }

    public void Dispose() => _folder.Dispose();

    private Outcome Run(Consumer consumer, params string[] arguments) =>
        DotNet.Run(_folder["bin", OperatingSystem.IsWindows() ? "modelopt.exe" : "modelopt"], consumer.Root, new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _folder["cache"] }, arguments);
}
