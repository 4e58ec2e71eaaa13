using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Devices;

public sealed class CudaTests
{
    [CudaPlatformFact]
    public void Without_the_package_CUDA_says_which_it_is() =>
        DeviceSelector.Probe("cuda").Obstacle.ShouldBe(RuntimePackage.Cuda!.MissingWithRemedy);

    [Theory]
    [InlineData(
        "Failed to load library /p/native/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or "
            + "directory",
        "libcublasLt.so.13"
    )]
    [InlineData(
        "Failed to load library libonnxruntime_providers_shared.so with error: /p/native/libonnxruntime_providers_shared.so: cannot open shared object file",
        "libonnxruntime_providers_shared.so"
    )]
    [InlineData("CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version", null)]
    public void The_library_that_the_loader_did_not_find_is_known(string message, string? library) => OrtErrors.MissingLibrary(message).ShouldBe(library);

    [CudaPlatformFact]
    public void So_is_one_that_the_provider_would_only_load_later()
    {
        var failure = Should.Throw<DllNotFoundException>(() => NativeLibrary.Load("libnobodyhasthis.so.9"));

        OrtErrors.MissingLibrary(failure.Message).ShouldBe("libnobodyhasthis.so.9");
    }

    [Fact]
    public void Of_an_error_in_CUDA_only_what_CUDA_says_is_left() =>
        OrtErrors
            .Shorten(
                """
                [ErrorCode:Fail] static onnxruntime::CUDAExecutionProviderInfo onnxruntime::CUDAExecutionProviderInfo::FromProviderOptions(const onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 Parse Failed to parse provider option "device_id": CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=vm ; file=cuda_execution_provider_info.cc ; line=70 ; expr=cudaGetDeviceCount(&num_devices);
                """
            )
            .ShouldBe("CUDA failure 100: no CUDA-capable device is detected.");

    [CudaPlatformFact]
    public void NVIDIA_s_libraries_are_told_from_those_of_the_package()
    {
        Cuda.Lacks("libcudart.so.13").ShouldBe("the library libcudart.so.13 is missing; it needs NVIDIA's driver, CUDA 13 and cuDNN 9");
        Cuda.Lacks("libonnxruntime_providers_cuda.so").ShouldBe(RuntimePackage.Cuda!.Missing);
    }
}
