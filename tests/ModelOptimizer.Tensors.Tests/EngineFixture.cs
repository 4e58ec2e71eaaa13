using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Tests;

/// <summary>One CPU engine for all tests of a class.</summary>
public sealed class EngineFixture : IDisposable
{
    internal Engine Engine { get; } = new(DeviceSelector.Select("cpu"));

    internal ILinearAlgebra Algebra => Engine.LinearAlgebra;

    public void Dispose() => Engine.Dispose();
}
