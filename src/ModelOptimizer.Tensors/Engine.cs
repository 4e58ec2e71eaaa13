using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors;

/// <summary>ONNX Runtime on one device: sessions, and linear algebra. Owns everything it made.</summary>
public sealed class Engine : IDisposable
{
    /// <summary>Starts on <paramref name="device"/>.</summary>
    public Engine(Device device)
    {
        Device = device;
        LinearAlgebra = null!;
    }

    /// <summary>The device everything runs on.</summary>
    public Device Device { get; }

    /// <summary>Linear algebra on that device.</summary>
    public ILinearAlgebra LinearAlgebra { get; }

    /// <summary>A session that runs <paramref name="model"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime refuses the model (MOC2xxx).</exception>
    public ModelSession CreateSession(OnnxModel model) => throw new NotImplementedException(model.ToString());

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
