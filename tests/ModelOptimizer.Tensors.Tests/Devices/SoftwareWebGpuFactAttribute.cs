using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>A test on a WebGPU adapter in software; skipped where there is hardware.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SoftwareWebGpuFactAttribute : WebGpuFactAttribute
{
    /// <summary>Skips with the reason.</summary>
    public SoftwareWebGpuFactAttribute()
    {
        if (Skip is null && WebGpu.Describe().Software is null)
        {
            Skip = "the WebGPU adapter is hardware";
        }
    }
}
