using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>The part of a processor that decides which kernels run, and so which rounding results.</summary>
internal static class CpuFeatures
{
    /// <summary>Such as <c>x64/avx512</c> or <c>arm64/neon</c>.</summary>
    public static DeviceFacts Describe()
    {
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString(),
        };
        var vectors = Avx512F.IsSupported ? "avx512"
            : Avx2.IsSupported ? "avx2"
            : AdvSimd.IsSupported ? "neon"
            : "scalar";
        return new DeviceFacts($"{architecture}/{vectors}", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }
}
