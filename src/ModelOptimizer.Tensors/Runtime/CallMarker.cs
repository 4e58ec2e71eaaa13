using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Unicode;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>What native code does.</summary>
internal enum NativeWork
{
    /// <summary>ONNX Runtime loads a model.</summary>
    Load,

    /// <summary>ONNX Runtime runs a model.</summary>
    Run,
}

/// <summary>A call of native code.</summary>
/// <param name="Work">What it does.</param>
/// <param name="Model">The file of the user's model that it is about; null for none.</param>
/// <param name="Seconds">How long it may take; 0 for any time.</param>
/// <param name="Bytes">How much memory it may take; 0 for any.</param>
internal readonly record struct NativeCall(NativeWork Work, string? Model, int Seconds, long Bytes)
{
    /// <summary>Its number among the calls of the process, from 1.</summary>
    public long Number { get; init; }

    /// <summary>Whether it has not returned.</summary>
    public bool IsUnderWay { get; init; }
}

/// <summary>
/// A small file that the process which works and the one which watches it both map into memory: the calls of native code that are under way, and the last one
/// of each slot. It outlives a process that is ended by a signal, and to write into it costs less than a microsecond.
/// </summary>
internal sealed unsafe class CallMarker : IDisposable
{
    // Calls under way at a time; more are not noted.
    private const int Slots = 32;
    private const int SlotBytes = 4096;

    // The longest name that is kept whole.
    private const int NameBytes = SlotBytes - 32;

    private const int WholeBytes = (Slots + 1) * SlotBytes;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private long _calls;

    private CallMarker(FileStream stream, MemoryMappedFileAccess access)
    {
        _file = MemoryMappedFile.CreateFromFile(stream, null, WholeBytes, access, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, WholeBytes, access);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    private enum State
    {
        Over,
        BeingWritten,
        UnderWay,
    }

    /// <summary>The exit code of work that came to its end, whatever happens to the process after that; null while it goes on.</summary>
    public int? ExitCode => Volatile.Read(ref *(int*)_start) is > 0 and var code ? code - 1 : null;

    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Makes the file at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The folder is full, not there or not writable.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static CallMarker Create(string path)
    {
        var stream = Disk.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = Shared, BufferSize = 0 });
        // A mapped file with holes would end the process where the disk is full.
        stream.Write(new byte[WholeBytes]);
        return new CallMarker(stream, MemoryMappedFileAccess.ReadWrite);
    }

    /// <summary>Opens the file at <paramref name="path"/> to read it; null where it is not there, or not whole.</summary>
    public static CallMarker? Open(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: WholeBytes })
            {
                return null;
            }

            var stream = Disk.OpenRead(path, new FileStreamOptions { Share = Shared, BufferSize = 0 });
            return new CallMarker(stream, MemoryMappedFileAccess.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes that a call begins, and returns where; -1 where too many are under way. May be called on several threads.</summary>
    public int Begin(in NativeCall call)
    {
        for (var index = 0; index < Slots; index++)
        {
            var slot = At(index);
            if (Interlocked.CompareExchange(ref slot->State, (int)State.BeingWritten, (int)State.Over) != (int)State.Over)
            {
                continue;
            }

            slot->Number = Interlocked.Increment(ref _calls);
            slot->Work = (int)call.Work;
            slot->Seconds = call.Seconds;
            slot->Bytes = call.Bytes;
            slot->NameLength = Write(call.Model, Name(slot));
            Volatile.Write(ref slot->State, (int)State.UnderWay);
            return index;
        }

        return -1;
    }

    /// <summary>Notes that the call that <see cref="Begin"/> noted at <paramref name="index"/> has returned.</summary>
    public void End(int index) => Volatile.Write(ref At(index)->State, (int)State.Over);

    /// <summary>Notes that the work has come to its end.</summary>
    public void Finish(int exitCode) => Volatile.Write(ref *(int*)_start, exitCode + 1);

    /// <summary>The last call of each slot.</summary>
    public IEnumerable<NativeCall> Calls()
    {
        for (var index = 0; index < Slots; index++)
        {
            if (Read(index) is { Number: > 0 } call)
            {
                yield return call;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static int Write(string? name, Span<byte> into)
    {
        // A name that is too long is cut after a whole letter.
        Utf8.FromUtf16(name, into, out _, out var length);
        return length;
    }

    private NativeCall Read(int index)
    {
        var slot = At(index);
        var underWay = Volatile.Read(ref slot->State) == (int)State.UnderWay;
        var length = Math.Clamp(slot->NameLength, 0, NameBytes);
        return new NativeCall(
            (NativeWork)slot->Work,
            length == 0 ? null : Encoding.UTF8.GetString(Name(slot)[..length]),
            slot->Seconds,
            slot->Bytes
        )
        {
            Number = slot->Number,
            IsUnderWay = underWay,
        };
    }

    private static Span<byte> Name(Slot* slot) => new((byte*)slot + SlotBytes - NameBytes, NameBytes);

    private Slot* At(int index) => (Slot*)(_start + ((index + 1) * SlotBytes));

    private struct Slot
    {
        public long Number;
        public long Bytes;
        public int State;
        public int Work;
        public int Seconds;
        public int NameLength;
    }
}
