namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>A test on WebGPU; skipped where it does not start.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class WebGpuFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(() => DeviceSelector.Probe("webgpu").Obstacle);

    /// <summary>Skips with the reason.</summary>
    public WebGpuFactAttribute()
    {
        if (Obstacle.Value is { } obstacle)
        {
            Skip = $"no WebGPU: {obstacle} (docs/devices.md says how to run these tests without a GPU)";
        }
    }
}
