using System.Reflection;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using TorchSharp;

namespace ModelOptimizer.TorchSharp;

/// <summary>libtorch's linear algebra, through TorchSharp.</summary>
public sealed class TorchSharpBackend : ILinearAlgebraBackend
{
    // TorchSharp's version decides libtorch's.
    private static readonly string Version = typeof(torch)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    /// <inheritdoc/>
    public string Identity => $"torchsharp{Version}";

    /// <inheritdoc/>
    public string Description => $"TorchSharp {Version} with libtorch {LibTorch.Version}";

    /// <inheritdoc/>
    ILinearAlgebra ILinearAlgebraBackend.Create(Device device) => new TorchLinearAlgebra(LibTorch.Start(device));
}
