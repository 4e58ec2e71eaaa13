using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors;

/// <summary>ONNX Runtime on one device: sessions, and linear algebra. Owns everything it made.</summary>
public sealed class Engine : IDisposable
{
    private readonly List<ModelSession> sessions = [];
    private bool disposed;

    /// <summary>Starts on <paramref name="device"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime does not start (MOC5013).</exception>
    public Engine(Device device)
    {
        Device = device;
        LinearAlgebra = new EngineLinearAlgebra(this);
    }

    /// <summary>The device everything runs on.</summary>
    public Device Device { get; }

    /// <summary>Linear algebra on that device.</summary>
    public ILinearAlgebra LinearAlgebra { get; }

    /// <summary>A session that runs <paramref name="model"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public ModelSession CreateSession(OnnxModel model) => CreateSession(model, SessionKind.Optimised);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        // Providers with contexts of their own abort at process exit unless sessions go in reverse order.
        foreach (var session in Enumerable.Reverse(sessions).ToList())
        {
            session.Dispose();
        }
    }

    internal ModelSession CreateSession(OnnxModel model, SessionKind kind)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var session = new ModelSession(this, SessionFactory.Create(Device, model, kind), model.Path);
        sessions.Add(session);
        return session;
    }

    internal void Forget(ModelSession session) => sessions.Remove(session);
}
