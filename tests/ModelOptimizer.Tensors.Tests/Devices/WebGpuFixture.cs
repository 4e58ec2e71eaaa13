namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>One WebGPU engine for all tests of the collection, started by the first that is not skipped.</summary>
public sealed class WebGpuFixture : IDisposable
{
    private readonly Lazy<Engine> engine = new(() => new Engine(DeviceSelector.Select("webgpu")));

    internal Engine Engine => engine.Value;

    public void Dispose()
    {
        if (engine.IsValueCreated)
        {
            Engine.Dispose();
        }
    }
}
