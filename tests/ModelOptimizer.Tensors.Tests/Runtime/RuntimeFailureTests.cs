using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Runtime;

public sealed class RuntimeFailureTests : IDisposable
{
    private static readonly DllNotFoundException NotFound = new("Unable to load shared library 'onnxruntime'.\n/usr/lib/onnxruntime.so: cannot open\n");

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("linux-musl-x64", "Use a system with glibc, such as an image of Debian or Ubuntu in place of Alpine.")]
    [InlineData("osx-x64", "On Apple silicon, install .NET for arm64; there is none for Intel.")]
    [InlineData("linux-arm", "Use one of those platforms, or restore or install the package again if this one should be among them.")]
    public void A_platform_without_a_library_is_named_with_those_that_have_one(string platform, string remedy)
    {
        Ship("win-x64", "onnxruntime.dll");
        Ship("linux-x64", "libonnxruntime.so");

        RuntimeFailure
            .Explain(platform, _folder.Path, NotFound)
            .ShouldBe($"There is no ONNX Runtime for {platform} here, only for linux-x64, win-x64. {remedy}");
    }

    [Fact]
    public void A_copy_without_any_library_says_so() =>
        RuntimeFailure
            .Explain("linux-x64", _folder.Path, NotFound)
            .ShouldStartWith("There is no ONNX Runtime for linux-x64 here, nor for any other platform. ");

    [Fact]
    public void A_library_that_does_not_load_is_named_with_the_system_s_reason_in_one_line()
    {
        Ship(Platform.Rid, "libonnxruntime.so");

        var message = RuntimeFailure.Explain(Platform.Rid, _folder.Path, NotFound);

        message.ShouldStartWith($"ONNX Runtime's native library for {Platform.Rid} does not load: ");
        message.ShouldContain("libonnxruntime.so");
        message.ShouldNotContain("/usr/lib");
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void This_platform_is_one_that_there_is_a_library_for() =>
        Directory.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes", Platform.Rid)).ShouldBeTrue(Platform.Rid);

    public void Dispose() => _folder.Dispose();

    private void Ship(string platform, string file)
    {
        Directory.CreateDirectory(_folder["runtimes", platform, "native"]);
        File.WriteAllText(_folder["runtimes", platform, "native", file], "not a library");
    }
}
