using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra.Backends;

namespace ModelOptimizer.TorchSharp.Tests;

/// <summary>An engine with the backend as the tool loads it: from a folder, which here is that of the tests.</summary>
public sealed class BackendFixture : IDisposable
{
    public Engine Engine { get; } = new(DeviceSelector.Select("cpu"), LinearAlgebraBackends.LoadFrom(AppContext.BaseDirectory));

    public void Dispose() => Engine.Dispose();
}
