using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra.Backends;
using ModelOptimizer.Tensors.Runtime;
using TorchSharp;

namespace ModelOptimizer.TorchSharp;

/// <summary>libtorch's native libraries.</summary>
internal static class LibTorch
{
    private const string NewerSystem = "It was built for a newer system than this one, such as Debian 13 or Ubuntu 24.04; take an older TorchSharp or a newer system.";

    /// <summary>Loads what computes on <paramref name="device"/>: its own GPU where that is a CUDA device, the processor otherwise.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">Something is missing (MOC5014).</exception>
    public static torch.Device Start(Device device)
    {
        var cuda = device.Kind == "cuda";
        // Before TorchSharp does it: where it fails it prints a page to the standard output, which belongs to reports and to the build.
        Load(cuda ? "torch_cuda" : "torch_cpu");
        Load("LibTorchSharp");
        var type = cuda ? DeviceType.CUDA : DeviceType.CPU;
        torch.InitializeDeviceType(type);
        return cuda && !torch.cuda.is_available()
            ? throw LinearAlgebraBackends.Missing("libtorch finds no CUDA device.")
            : new torch.Device(type, cuda ? device.Index : -1);
    }

    private static void Load(string library)
    {
        try
        {
            NativeLibrary.Load(library, typeof(torch).Assembly, null);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            var reason = RuntimeFailure.LastLine(failure.Message);
            throw LinearAlgebraBackends.Missing($"the library {library} does not load: {reason}.", failure, reason.Contains("not found (required by", StringComparison.Ordinal) ? NewerSystem : null);
        }
    }
}
