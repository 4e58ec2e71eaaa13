using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Runtime;

public sealed class RuntimeDirectoryTests : IDisposable
{
    // The library that every program here runs with stands for a package's.
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "runtimes", Platform.Rid, "native");

    private readonly TempFolder _empty = new();

    [CudaPlatformFact]
    public void A_folder_with_the_version_that_the_tool_was_made_for_is_taken()
    {
        var (library, refusal) = RuntimeDirectory.Open(Folder, RuntimeDirectory.Expected);

        refusal.ShouldBeNull();
        library.ShouldNotBe(0);
        RuntimeDirectory.Expected.ShouldBe(DeviceSelector.RuntimeVersion);
    }

    [CudaPlatformFact]
    public void Another_version_is_refused_and_both_are_named() => RuntimeDirectory.Open(Folder, "1.0.0").Refusal.ShouldBe(
        $"{Folder} has ONNX Runtime {DeviceSelector.RuntimeVersion}, and this tool was made for 1.0.0; take the package of that version");

    [CudaPlatformFact]
    public void A_folder_without_the_library_is_refused()
    {
        var (library, refusal) = RuntimeDirectory.Open(_empty.Path, "1.30.0");

        library.ShouldBe(0);
        refusal.ShouldBe(
            $"{_empty.Path}, which ModelOptimizerRuntimeDirectory names, has no libonnxruntime.so that loads; it must be the folder "
                + "'runtimes/linux-x64/native' of a package with ONNX Runtime 1.30.0"
        );
    }

    [CudaPlatformFact]
    public void A_package_says_how_a_project_gets_it()
    {
        RuntimePackage.Cuda!.MissingWithRemedy.ShouldBe(
            $"""the package Microsoft.ML.OnnxRuntime.Gpu.Linux {RuntimeDirectory.Expected} is missing: download it in the project by <PackageDownload Include="Microsoft.ML.OnnxRuntime.Gpu.Linux" Version="[{RuntimeDirectory.Expected}]" />, or name its folder 'runtimes/linux-x64/native' in the variable ModelOptimizerRuntimeDirectory"""
        );
        RuntimePackage.Desktop!.Id.ShouldBe("ModelOptimizer.Runtime.Desktop.linux-x64");
    }

    public void Dispose() => _empty.Dispose();
}
