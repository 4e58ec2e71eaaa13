namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>One WebGPU engine for all tests of the collection, started by the first that is not skipped.</summary>
public sealed class WebGpuFixture : IDisposable
{
    private readonly Lazy<Engine> _engine = new(() => new Engine(DeviceSelector.Select("webgpu")));

    internal Engine Engine => _engine.Value;

    public void Dispose()
    {
        if (_engine.IsValueCreated)
        {
            Engine.Dispose();
        }
    }
}
