using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors;

/// <summary>ONNX Runtime on one device: sessions, and linear algebra. Owns everything it made.</summary>
internal sealed class Engine : IDisposable
{
    private readonly List<ModelSession> sessions = [];
    private bool disposed;

    /// <summary>Starts on <paramref name="device"/>.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="backend">Another linear algebra; null for the built-in one.</param>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime does not start (MOC5013), or <paramref name="backend"/> does not (MOC5014).</exception>
    public Engine(Device device, ILinearAlgebraBackend? backend = null)
    {
        Device = backend is null ? device : device.WithLinearAlgebra(backend.Identity);
        LinearAlgebra = backend?.Create(device) ?? new EngineLinearAlgebra(this);
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

    /// <summary>Whether products in float64 run on the device.</summary>
    internal bool HasDouble => DeviceCatalogue.Find(Device.Kind).HasDouble;

    /// <summary>A session for float64, or for operators that must not be missing: on the processor where the device has no float64.</summary>
    internal ModelSession CreateExactSession(OnnxModel model, SessionKind kind = SessionKind.Optimised) => Create(HasDouble ? Device.Kind : DeviceCatalogue.Cpu, model, kind);

    internal ModelSession CreateSession(OnnxModel model, SessionKind kind) => Create(Device.Kind, model, kind);

    internal void Forget(ModelSession session) => sessions.Remove(session);

    /// <summary>A session for products in float64, on the device if it has that.</summary>
    internal ModelSession CreateProductSession(OnnxModel model) => HasDouble && Device.Kind != DeviceCatalogue.Cpu
        ? Create(Device.Kind, model, SessionKind.Optimised)
        : Create(DeviceCatalogue.Cpu, model, SessionKind.ShortWait);

    /// <summary>A session on the processor that stays on the calling thread, and that several threads may run at a time.</summary>
    internal ModelSession CreateOneThreadSession(OnnxModel model) => Create(DeviceCatalogue.Cpu, model, SessionKind.OneThread);

    private ModelSession Create(string kind, OnnxModel model, SessionKind treatment)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var session = new ModelSession(this, kind, SessionFactory.Create(DeviceCatalogue.Find(kind), Device.Index, model, treatment), model.Path);
        sessions.Add(session);
        return session;
    }
}
