using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Another library for linear algebra than the built-in one, in an assembly of its own that is loaded when a manifest asks for it.</summary>
internal interface ILinearAlgebraBackend
{
    /// <summary>
    /// Library and version in one word, such as <c>torchsharp0.107.0</c>: a part of the device class, since another library rounds otherwise.
    /// </summary>
    string Identity { get; }

    /// <summary>What it is made of, for people, with versions; to be asked after <see cref="Create"/>.</summary>
    string Description { get; }

    /// <summary>Starts on <paramref name="device"/>: on the GPU where that is a CUDA device, on the processor otherwise.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The library's native part does not load (MOC5014).</exception>
    ILinearAlgebra Create(Device device);
}
