using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Tensors.Sessions;

/// <summary>The sessions on one device, and those on the processor that help them. Owns them.</summary>
internal sealed class DeviceSessions(Device device) : IDisposable
{
    private readonly List<ModelSession> _sessions = [];
    private bool _disposed;
    private volatile bool _stopped;

    /// <summary>Whether products in float64 run on the device.</summary>
    public bool HasDouble { get; } = DeviceCatalogue.Find(device.Kind).HasDouble;

    /// <summary>A session on the device.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public ModelSession Create(OnnxModel model) => Create(device.Kind, model, SessionKind.Optimised);

    /// <summary>A session on the device whose threads wait for work as an application's do.</summary>
    public ModelSession CreateTimed(OnnxModel model) => Create(device.Kind, model, SessionKind.Timed);

    /// <summary>A session on the device that keeps no memory between its runs.</summary>
    public ModelSession CreateReturning(OnnxModel model) => Create(device.Kind, model, SessionKind.Returning);

    /// <summary>A session for float64, or for operators that must not be missing: on the processor where the device has no float64.</summary>
    public ModelSession CreateExact(OnnxModel model, SessionKind kind = SessionKind.Optimised) =>
        Create(HasDouble ? device.Kind : DeviceCatalogue.Cpu, model, kind);

    /// <summary>A session for products in float64, on the device if it has that.</summary>
    public ModelSession CreateProduct(OnnxModel model) => HasDouble && device.Kind != DeviceCatalogue.Cpu
        ? Create(device.Kind, model, SessionKind.Optimised)
        : Create(DeviceCatalogue.Cpu, model, SessionKind.ShortWait);

    /// <summary>A session on the processor that stays on the calling thread, and that several threads may run at a time.</summary>
    public ModelSession CreateOneThread(OnnxModel model) => Create(DeviceCatalogue.Cpu, model, SessionKind.OneThread);

    /// <summary>
    /// Ends runs that are under way, between two nodes, and all later ones: from here on they throw <see cref="OperationCanceledException"/>. May be called on
    /// any thread.
    /// </summary>
    public void Stop()
    {
        _stopped = true;
        lock (_sessions)
        {
            _sessions.ForEach(session => session.Stop());
        }
    }

    /// <summary>Called by a session that is disposed of.</summary>
    public void Forget(ModelSession session)
    {
        lock (_sessions)
        {
            _sessions.Remove(session);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        // Providers with contexts of their own abort at process exit unless sessions go in reverse order.
        foreach (var session in Enumerable.Reverse(_sessions).ToList())
        {
            session.Dispose();
        }
    }

    private ModelSession Create(string kind, OnnxModel model, SessionKind treatment)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_stopped)
        {
            throw new OperationCanceledException();
        }

        var session = new ModelSession(this, kind, SessionFactory.Create(DeviceCatalogue.Find(kind), device.Index, model, treatment), model);
        lock (_sessions)
        {
            _sessions.Add(session);
        }

        if (_stopped)
        {
            session.Stop();
        }

        return session;
    }
}
