using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Runtime;

public sealed class CudaRuntimeTests : IDisposable
{
    // The library that every program here runs with stands for the package's.
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "runtimes", Platform.Rid, "native");

    private readonly TempFolder _empty = new();

    [CudaPlatformFact]
    public void A_folder_with_the_version_that_the_tool_was_made_for_is_taken()
    {
        var (library, refusal) = CudaRuntime.Open(Folder, CudaRuntime.Expected);

        refusal.ShouldBeNull();
        library.ShouldNotBe(0);
        CudaRuntime.Expected.ShouldBe(DeviceSelector.RuntimeVersion);
    }

    [CudaPlatformFact]
    public void Another_version_is_refused_and_both_are_named() => CudaRuntime.Open(Folder, "1.0.0").Refusal.ShouldBe(
        $"{Folder} has ONNX Runtime {DeviceSelector.RuntimeVersion}, and this tool was made for 1.0.0; take that version of the package Microsoft.ML.OnnxRuntime.Gpu.Linux");

    [CudaPlatformFact]
    public void A_folder_without_the_library_is_refused()
    {
        var (library, refusal) = CudaRuntime.Open(_empty.Path, CudaRuntime.Expected);

        library.ShouldBe(0);
        refusal.ShouldBe($"{_empty.Path}, which ModelOptimizerCuda names, has no libonnxruntime.so that loads; it must be the folder 'runtimes/linux-x64/native' of the package Microsoft.ML.OnnxRuntime.Gpu.Linux");
    }

    public void Dispose() => _empty.Dispose();
}
