using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using TorchSharp;

namespace ModelOptimizer.TorchSharp;

/// <summary>libtorch's native libraries.</summary>
internal static unsafe partial class LibTorch
{
    /// <summary>
    /// The version that this TorchSharp was built for. To be asked after <see cref="Start"/>: TorchSharp loads its libraries with the first use of
    /// <c>torch</c>.
    /// </summary>
    public static string Version => System.Version.Parse(torch.__version__).ToString(3);

    /// <summary>Loads what computes on <paramref name="device"/>: its own GPU where that is a CUDA device, the processor otherwise.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">Something is missing (MOC5014).</exception>
    public static torch.Device Start(Device device)
    {
        var cuda = device.Kind == "cuda";
        WaitAsleep();
        // Before TorchSharp does it: where it fails it copies libraries about, and prints a page to the standard output, which belongs to reports and to the
        // build. One after the other: what LibTorchSharp needs lies in another package's folder, where the system's loader does not look, but what is loaded it
        // takes.
        var processor = Load("torch_cpu");
        if (cuda)
        {
            Load("torch_cuda");
        }

        Load("torch");
        Load("LibTorchSharp");
        CheckVersion(processor);
        var type = cuda ? DeviceType.CUDA : DeviceType.CPU;
        torch.InitializeDeviceType(type);
        return cuda && !torch.cuda.is_available()
            ? throw LinearAlgebraBackends.Missing("libtorch finds no CUDA device.")
            : new torch.Device(type, cuda ? device.Index : -1);
    }

    // By default OpenMP's threads wait for each other without sleeping, and keep those from the processor that they wait for when others, such as ONNX
    // Runtime's, want it too.
    private static void WaitAsleep()
    {
        const string policy = "OMP_WAIT_POLICY";
        if (Environment.GetEnvironmentVariable(policy) is null)
        {
            NativeEnvironment.Set(policy, "passive");
        }
    }

    // Another version may load, and then compute with structures that are not what the other side takes them for.
    private static void CheckVersion(nint library)
    {
        // libtorch has it since 2.9.
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function))
        {
            return;
        }

        // A byte each, from the highest: major, minor, patch.
        var bytes = ((delegate* unmanaged<ulong>)function)();
        var found = $"{bytes >> 56}.{(byte)(bytes >> 48)}.{(byte)(bytes >> 40)}";
        if (found != Version)
        {
            throw LinearAlgebraBackends.Missing($"libtorch {found} is there, and this TorchSharp needs {Version}.");
        }
    }

    private static nint Load(string library)
    {
        try
        {
            return NativeLibrary.Load(library, typeof(torch).Assembly, null);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            var reason = RuntimeFailure.LastLine(failure.Message);
            throw NewerSystem().Match(reason) is { Success: true } match
                ? LinearAlgebraBackends.Missing(
                    $"this system's C or C++ library is too old for {library}: it has no {match.Groups[1].Value}.",
                    failure,
                    "Debian 13, Ubuntu 24.04 and RHEL 10 are new enough; Debian 12, Ubuntu 22.04 and RHEL 9 are not.")
                : LinearAlgebraBackends.Missing($"the library {library} does not load: {reason}.", failure);
        }
    }

    [GeneratedRegex(@"version `(\w+_[\d.]+)' not found")]
    private static partial Regex NewerSystem();
}
