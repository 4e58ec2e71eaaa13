namespace ModelOptimizer.Tool.Output;

/// <summary>Cancels when the parent process is gone: a killed build cannot end its tool any more, but its end of the pipe closes.</summary>
internal sealed class ParentWatch : IDisposable
{
    private readonly CancellationTokenSource _cancel;
    private bool _disposed;

    private ParentWatch(CancellationTokenSource cancel) => _cancel = cancel;

    public static ParentWatch? Start(Stream? parent, CancellationTokenSource cancel)
    {
        if (parent is null)
        {
            return null;
        }

        var watch = new ParentWatch(cancel);
        new Thread(() => watch.Wait(parent)) { IsBackground = true, Name = "parent watch" }.Start();
        return watch;
    }

    public void Dispose()
    {
        lock (_cancel)
        {
            _disposed = true;
        }
    }

    private void Wait(Stream parent)
    {
        var ignored = new byte[256];
        while (parent.Read(ignored) > 0)
        {
            // The task never writes; whatever a shell sends is not for us.
        }

        lock (_cancel)
        {
            if (!_disposed)
            {
                _cancel.Cancel();
            }
        }
    }
}
