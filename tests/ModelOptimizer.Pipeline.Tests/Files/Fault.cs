using ModelOptimizer.Onnx;

namespace ModelOptimizer.Pipeline.Tests.Files;

/// <summary>How a disk fails.</summary>
public enum FaultKind
{
    /// <summary>One change finds no space.</summary>
    FullOnce,

    /// <summary>From one change on there is no space; what is there can be deleted.</summary>
    Full,

    /// <summary>From one change on nothing may be changed.</summary>
    ReadOnly,

    /// <summary>The process is gone before one change: none follows, whoever catches what.</summary>
    Killed,
}

/// <summary>Has the disk fail at the n-th change that the caller makes, counted from 0.</summary>
internal sealed class Fault : IDisposable
{
    private readonly IDisposable _watch;
    private readonly FaultKind _kind;
    private readonly int _at;
    private int _changes;

    public Fault(FaultKind kind, int at)
    {
        _kind = kind;
        _at = at;
        _watch = Disk.Watch(Change);
    }

    /// <summary>Whether there were so many changes.</summary>
    public bool Happened => _changes > _at;

    public void Dispose() => _watch.Dispose();

    private void Change(DiskAct act, string path)
    {
        if (act == DiskAct.Read)
        {
            return;
        }

        var number = _changes++;
        if (number < _at || (_kind == FaultKind.FullOnce && number > _at))
        {
            return;
        }

        if (act == DiskAct.Written && _kind != FaultKind.ReadOnly)
        {
            // Half of the content was there when it happened.
            using var file = File.OpenWrite(path);
            file.SetLength(file.Length / 2);
        }

        switch (_kind)
        {
            case FaultKind.Killed:
                throw new KilledException();
            case FaultKind.ReadOnly when act != DiskAct.Written:
                throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
            case FaultKind.Full or FaultKind.FullOnce when act is DiskAct.Folder or DiskAct.Create or DiskAct.Written or DiskAct.Move:
                throw new IOException($"No space left on device : '{path}'");
        }
    }

    private sealed class KilledException() : Exception("killed");
}
