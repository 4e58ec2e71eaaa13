using System.Reflection;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.TorchSharp.Tests;

/// <summary>An engine with the backend as the tool loads it: from folders, which here are that of the tests and that of libtorch's package.</summary>
public sealed class BackendFixture : IDisposable
{
    public static string Folders { get; } = string.Join(
        Path.PathSeparator,
        AppContext.BaseDirectory,
        typeof(BackendFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "LibTorch").Value);

    public Engine Engine { get; } = new(DeviceSelector.Select("cpu"), LinearAlgebraBackends.LoadFrom(Folders));

    public void Dispose() => Engine.Dispose();
}
