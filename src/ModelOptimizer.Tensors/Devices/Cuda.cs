using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>NVIDIA devices through ONNX Runtime's CUDA provider.</summary>
internal static class Cuda
{
    /// <summary>ONNX Runtime's name of the provider.</summary>
    public const string Provider = "CUDAExecutionProvider";

    // CUdevice_attribute of the driver's API.
    private const int ComputeCapabilityMajor = 75;
    private const int ComputeCapabilityMinor = 76;

    /// <summary>Adds the provider to <paramref name="options"/>.</summary>
    /// <exception cref="OnnxRuntimeException">The provider's libraries are not there or do not load.</exception>
    /// <exception cref="DllNotFoundException">cuDNN is not there.</exception>
    public static void Append(SessionOptions options, int index)
    {
        using var provider = new OrtCUDAProviderOptions();
        provider.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = index.ToString(CultureInfo.InvariantCulture),
            // TensorFloat-32 keeps ten bits of a number: errors of 1e-3, where float32 on the CPU has 1e-7.
            ["use_tf32"] = "0",
            // Timing the algorithms would choose another one on another day, and so other roundings.
            ["cudnn_conv_algo_search"] = "HEURISTIC",
        });
        options.AppendExecutionProvider_CUDA(provider);
        // The provider asks for cuDNN when a session first needs it.
        if (OperatingSystem.IsLinux())
        {
            NativeLibrary.Load("libcudnn.so.9");
        }
    }

    /// <summary>ONNX Runtime's own library for CUDA comes with a package, all others with NVIDIA's installers.</summary>
    public static string Lacks(string library) => library.Contains("onnxruntime", StringComparison.Ordinal) && RuntimePackage.Cuda is { } package
        ? package.Missing
        : $"the library {library} is missing; it needs NVIDIA's driver, CUDA 13 and cuDNN 9";

    /// <summary>Such as <c>sm90</c>: devices of one compute capability run the same kernels. <c>unknown</c> without a driver.</summary>
    public static unsafe DeviceFacts Describe(int index)
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var driver))
        {
            return DeviceFacts.Unknown;
        }

        var initialise = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit");
        var get = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGet");
        var read = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetAttribute");
        var memory = (delegate* unmanaged<nuint*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceTotalMem_v2");
        var (device, major, minor) = (0, 0, 0);
        nuint bytes = 0;
        return
            initialise(0) == 0
            && get(&device, index) == 0
            && read(&major, ComputeCapabilityMajor, device) == 0
            && read(&minor, ComputeCapabilityMinor, device) == 0
            ? new DeviceFacts($"sm{major}{minor}", memory(&bytes, device) == 0 ? (long)bytes : null)
            : DeviceFacts.Unknown;
    }
}
