using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>The part of a processor that decides which kernels run, and so which rounding results.</summary>
internal static class CpuFeatures
{
    // CPUID, leaf 7: AVX512_VNNI.
    private const int Avx512Vnni = 1 << 11;

    /// <summary>Such as <c>x64/avx512-vnni</c> or <c>arm64/neon-dot</c>; behind the hyphen what integer kernels are fast with, and exact.</summary>
    public static DeviceFacts Describe()
    {
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString(),
        };
        var vectors = Avx512F.IsSupported ? "avx512" + ((X86Base.CpuId(7, 0).Ecx & Avx512Vnni) != 0 ? "-vnni" : "")
            : Avx2.IsSupported ? "avx2" + (AvxVnni.IsSupported ? "-vnni" : "")
            : AdvSimd.IsSupported ? "neon" + (Dp.IsSupported ? "-dot" : "")
            : "scalar";
        return new DeviceFacts($"{architecture}/{vectors}", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }
}
