using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>ONNX Runtime on one device: sessions, and linear algebra. Owns everything it made.</summary>
internal sealed class Engine : IDisposable
{
    /// <summary>Starts on <paramref name="device"/>.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="backend">Another linear algebra; null for the built-in one.</param>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime does not start (MOC5013), or <paramref name="backend"/> does not (MOC5014).</exception>
    public Engine(Device device, ILinearAlgebraBackend? backend = null)
    {
        Device = backend is null ? device : device.WithLinearAlgebra(backend.Identity);
        Sessions = new DeviceSessions(Device);
        LinearAlgebra = backend?.Create(device) ?? new EngineLinearAlgebra(Sessions);
    }

    /// <summary>The device everything runs on.</summary>
    public Device Device { get; }

    /// <summary>Makes sessions on that device, some of them of a kind of their own.</summary>
    public DeviceSessions Sessions { get; }

    /// <summary>Linear algebra on that device.</summary>
    public ILinearAlgebra LinearAlgebra { get; }

    /// <summary>A session that runs <paramref name="model"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public ModelSession CreateSession(OnnxModel model) => Sessions.Create(model);

    /// <summary>The same, to be timed: its threads wait for work as an application's do.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public ModelSession CreateTimed(OnnxModel model) => Sessions.CreateTimed(model);

    /// <inheritdoc/>
    public void Dispose() => Sessions.Dispose();
}
