using System.Diagnostics;
using System.Text;

namespace ModelOptimizer.Pipeline.Files;

/// <summary>How long to wait for another process.</summary>
/// <param name="SpeakAfter">When to say so.</param>
/// <param name="GiveUpAfter">When to fail.</param>
internal sealed record LockPatience(TimeSpan SpeakAfter, TimeSpan GiveUpAfter);

/// <summary>What one process at a time may do: a file that is held open for as long, and stays where it is. Another beside it says who holds it.</summary>
internal sealed class FileLock : IDisposable
{
    // Windows: sharing violation and lock violation; Linux and macOS: EWOULDBLOCK. A full disk or a lost share must not look like another process.
    private static readonly int[] Held = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _stream;
    private readonly string _owner;

    private FileLock(FileStream stream, string owner)
    {
        _stream = stream;
        _owner = owner;
    }

    /// <summary>Waits until nobody else holds <paramref name="path"/>.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="patience">How long.</param>
    /// <param name="say">Told once who is waited for: <c> (process 12)</c>, or nothing when that cannot be found out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">It did not become free; the message is what <paramref name="say"/> is told.</exception>
    /// <exception cref="IOException">The file cannot be opened, for another reason than that it is held.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static FileLock Acquire(string path, LockPatience patience, Action<string> say, CancellationToken cancellation)
    {
        var owner = path + ".owner";
        var waited = Stopwatch.StartNew();
        var said = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } stream)
            {
                Attempt(() => Disk.Create(owner, Encoding.ASCII.GetBytes(FormattableString.Invariant($"process {Environment.ProcessId}"))));
                return new FileLock(stream, owner);
            }

            if (waited.Elapsed > patience.GiveUpAfter)
            {
                throw new TimeoutException(Holder(owner));
            }

            if (!said && waited.Elapsed > patience.SpeakAfter)
            {
                said = true;
                say(Holder(owner));
            }

            cancellation.WaitHandle.WaitOne(Poll);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Attempt(() => Disk.Delete(_owner));
        _stream.Dispose();
    }

    // Who holds it is for people; a process that waits may be reading it at this moment.
    private static void Attempt(Action act)
    {
        try
        {
            act();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return Disk.Open(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None });
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return null;
        }
    }

    private static string Holder(string owner)
    {
        try
        {
            return $" ({Disk.ReadAllText(owner)})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
